import type { PermitAnswer } from '../../../lib/ledger/ledger.ts';
import { type LedgerState, type PermitRelease, RUNNING_LINE } from '../../../lib/ledger/state.ts';
import { NOON_MS, stateOf } from './builders.ts';

/** Time goes in steps of ten seconds: two make a window, a permit must be used in its own, a call is over within two. */
const STEP_MS = 10_000;
const WINDOW_STEPS = 2;
const CALL_STEPS = 2;
/** By the slowest clock a call leaves this window just when two steps are over. */
const WINDOW_MS = WINDOW_STEPS * STEP_MS - 502;

/** A call that ended so long ago has left the window by every clock; what is older matters to nobody. */
const GONE_MS = -WINDOW_STEPS * STEP_MS - 1_000;

type Permit = Extract<PermitAnswer, { kind: 'granted' }>['permit'];

/** Where a worker stands between two of its atomic steps. */
type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'swapping'; readonly from: LedgerState; readonly to: LedgerState; readonly permit: Permit }
  | { readonly kind: 'granted'; readonly permit: Permit }
  | { readonly kind: 'waiting'; readonly permit: Permit; readonly sentAt: number }
  | { readonly kind: 'ending'; readonly id: string; readonly end: PermitRelease };

interface Worker {
  readonly name: string;
  readonly offsetMs: number;
  readonly phase: Phase;
  /** Permits granted so far: names the next. */
  readonly permits: number;
}

/** A call that Marketo has yet to receive, or is working on. */
interface Call {
  readonly id: string;
  readonly sentAt: number;
  readonly arrived: boolean;
}

/** Everything there is, between two atomic steps. */
interface World {
  readonly step: number;
  readonly ledger: LedgerState;
  readonly workers: readonly Worker[];
  readonly calls: readonly Call[];
  /** Steps at which calls arrived, as far as they matter. */
  readonly arrivals: readonly number[];
  readonly deathsLeft: number;
  /** Replies that a worker does not wait for. */
  readonly impatienceLeft: number;
  /** An end that may be written once more, at any time. */
  readonly repeatable?: { readonly id: string; readonly end: PermitRelease };
  readonly repeatsLeft: number;
}

const nowOf = ({ step }: World, { offsetMs }: Worker): number => NOON_MS + step * STEP_MS + offsetMs;

function firstWorld(
  offsetsMs: readonly number[],
  faults: { deaths: number; impatience: number; repeats: number },
): World {
  return {
    step: 0,
    ledger: stateOf(),
    workers: offsetsMs.map((offsetMs, index) => ({
      name: String.fromCharCode(97 + index),
      offsetMs,
      phase: { kind: 'idle' },
      permits: 0,
    })),
    calls: [],
    arrivals: [],
    deathsLeft: faults.deaths,
    impatienceLeft: faults.impatience,
    repeatsLeft: faults.repeats,
  };
}

/** What no rule of window, slots and keys depends on: how long calls take, how many were made, how they went. */
function plain({ lastSuccess: _lastSuccess, ...state }: LedgerState): LedgerState {
  return { ...state, callMs: 500, lastStartMs: 0, line: RUNNING_LINE, circuits: {}, day: stateOf().day };
}

/**
 * Two worlds with one key go on alike: times count from now, versions do not count but for whether a swap must lose,
 * permits are numbered by their order, and what can make no difference any more is left out.
 */
function keyOf(world: World): string {
  const nowMs = NOON_MS + world.step * STEP_MS;
  const since = (atMs: number, leastMs = GONE_MS): number => Math.max(leastMs, atMs - nowMs);
  const end = (id: string, { atMs, holdMs, outcome }: PermitRelease): string =>
    `${id}:${since(atMs)},${holdMs},${outcome}`;
  const permit = ({ id, notBeforeMs, sendByMs }: Permit): string =>
    `${id}:${since(notBeforeMs, 0)},${since(sendByMs, -STEP_MS)}`;
  const sent = (step: number): number => Math.max(-CALL_STEPS, step - world.step);

  const ledger = ({ slots, releases, windowCalls }: LedgerState): string => {
    const taken = Object.entries(slots).map(
      ([id, slot]) => `${id}:${since(slot.notBeforeMs, 0)},${since(slot.leaseEndsAtMs)}`,
    );
    const told = Object.entries(releases).map(([id, one]) => end(id, one));
    const counted = windowCalls
      .filter((one) => one.atMs - nowMs > GONE_MS)
      .map((one) => `${one.worker}${since(one.atMs)}`);
    return [taken, told, counted].map((list) => list.sort().join(' ')).join('|');
  };

  const phaseOf = ({ phase }: Worker): string => {
    switch (phase.kind) {
      case 'idle':
        return 'idle';
      case 'swapping':
        return phase.from.version === world.ledger.version
          ? `swap ${ledger(phase.to)} ${permit(phase.permit)}`
          : 'lost';
      case 'granted':
        return `granted ${permit(phase.permit)}`;
      case 'waiting':
        return `waiting ${phase.permit.id} ${sent(phase.sentAt)}`;
      case 'ending':
        return `ending ${end(phase.id, phase.end)}`;
    }
  };

  const { deathsLeft, impatienceLeft, repeatsLeft, repeatable } = world;
  const parts = [
    `${deathsLeft}${impatienceLeft}${repeatsLeft}`,
    repeatsLeft > 0 && repeatable !== undefined ? end(repeatable.id, repeatable.end) : '',
    world.arrivals.map((step) => step - world.step).join(','),
    ...world.calls.map((call) => `${call.id} ${sent(call.sentAt)} ${call.arrived}`).sort(),
    ledger(world.ledger),
    ...world.workers.map((worker) => `${worker.name} ${phaseOf(worker)}`),
  ];
  return numbered(parts.join(';'));
}

/** Permits by their order among those of their worker. */
function numbered(text: string): string {
  const ids = [...new Set(text.match(/[a-z]-\d+/g))].sort((a, b) => Number(a.slice(2)) - Number(b.slice(2)));
  const seen = new Map<string, number>();
  const names = new Map<string, string>();
  for (const id of ids) {
    const worker = id[0] ?? '';
    const order = seen.get(worker) ?? 0;
    seen.set(worker, order + 1);
    names.set(id, `${worker}.${order}`);
  }
  return text.replaceAll(/[a-z]-\d+/g, (id) => names.get(id) ?? id);
}

export type { Call, Permit, Phase, Worker, World };
export { CALL_STEPS, firstWorld, keyOf, nowOf, plain, STEP_MS, WINDOW_MS, WINDOW_STEPS };
