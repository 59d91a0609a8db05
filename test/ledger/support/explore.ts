import type { admit } from '../../../lib/ledger/admit.ts';
import type { LedgerLimits } from '../../../lib/ledger/limits.ts';
import type { LedgerState, PermitRelease } from '../../../lib/ledger/state.ts';
import { workerOf } from '../../../lib/ledger/state.ts';
import {
  CALL_STEPS,
  type Call,
  firstWorld,
  keyOf,
  nowOf,
  plain,
  STEP_MS,
  WINDOW_STEPS,
  type Worker,
  type World,
} from './small-world.ts';

interface Exploration {
  readonly limits: LedgerLimits;
  /** Offsets of the workers' clocks. */
  readonly offsetsMs: readonly number[];
  /** Every call holds this key, if there is one. */
  readonly key?: number;
  readonly faults: { readonly deaths: number; readonly impatience: number; readonly repeats: number };
  readonly maxStates: number;
  /** What a planted fault replaces. */
  readonly admit: typeof admit;
  readonly swapIf: (stored: LedgerState, from: LedgerState) => boolean;
}

interface Found {
  readonly states: number;
  readonly arrivals: number;
  /** Whether every reachable state was seen. */
  readonly complete: boolean;
  /** The steps that lead to a broken limit. */
  readonly violation?: { readonly rule: 'window' | 'slots' | 'keys'; readonly trace: readonly string[] };
}

type Step = { readonly name: string; readonly world: World; readonly broken?: 'window' | 'slots' | 'keys' };

/** One worker's possible steps. */
function stepsOf(world: World, worker: Worker, how: Exploration): Step[] {
  const nowMs = nowOf(world, worker);
  const { phase, name } = worker;
  const to = (step: string, change: Partial<Worker>, rest: Partial<World> = {}): Step => ({
    name: `${name} ${step}`,
    world: { ...world, ...rest, workers: world.workers.map((one) => (one === worker ? { ...one, ...change } : one)) },
  });
  const ending = (id: string, end: PermitRelease): Partial<Worker> => ({ phase: { kind: 'ending', id, end } });

  switch (phase.kind) {
    case 'idle': {
      // The read, and what the worker makes of it there and then.
      const id = `${name}-${worker.permits}`;
      const view = { nowMs, limits: how.limits, aheadOf: (o: string) => (o === name ? 0 : how.limits.clockSkewMs) };
      const ask = {
        operation: 'syncLeads',
        keys: how.key === undefined ? [] : [how.key],
        hasKeyless: false,
        callTimeoutMs: CALL_STEPS * STEP_MS,
      };
      const { state, answers } = how.admit(world.ledger, [ask], [id], view);
      const answer = answers[0];
      if (answer?.kind !== 'granted') return [];
      const swapping = { kind: 'swapping', from: world.ledger, to: plain(state), permit: answer.permit } as const;
      return [to('reads', { phase: swapping, permits: worker.permits + 1 })];
    }
    case 'swapping': {
      if (!how.swapIf(world.ledger, phase.from)) return [to('loses', { phase: { kind: 'idle' } })];
      const ends = { ...phase.to.releases, ...world.ledger.releases };
      const kept = Object.entries(ends).filter(([id]) => phase.to.slots[id] !== undefined);
      const ledger = { ...phase.to, version: world.ledger.version + 1, releases: Object.fromEntries(kept) };
      return [to('swaps', { phase: { kind: 'granted', permit: phase.permit } }, { ledger })];
    }
    case 'granted': {
      const { permit } = phase;
      const unused = { atMs: nowMs, holdMs: 0, outcome: 'unused', counted: false } as const;
      if (nowMs > permit.sendByMs) return [to('lets its permit go', ending(permit.id, unused))];
      if (nowMs < permit.notBeforeMs) return [];
      const call: Call = { id: permit.id, sentAt: world.step, arrived: false };
      const waiting = { kind: 'waiting', permit, sentAt: world.step } as const;
      return [to('sends', { phase: waiting }, { calls: [...world.calls, call] })];
    }
    case 'waiting': {
      const { permit, sentAt } = phase;
      const isAnswered = !world.calls.some((call) => call.id === permit.id);
      const holdMs = isAnswered ? 0 : Math.max(0, (sentAt + CALL_STEPS - world.step) * STEP_MS);
      const end = { atMs: nowMs, holdMs, outcome: 'success', counted: true } as const;
      if (isAnswered) return [to('has its reply', ending(permit.id, end))];
      const { impatienceLeft } = world;
      return impatienceLeft === 0
        ? []
        : [to('gives up', ending(permit.id, end), { impatienceLeft: impatienceLeft - 1 })];
    }
    case 'ending': {
      const { id, end } = phase;
      const ledger = { ...world.ledger, releases: { ...world.ledger.releases, [id]: end } };
      return [to('tells the end', { phase: { kind: 'idle' } }, { ledger, repeatable: { id, end } })];
    }
  }
}

/** What happens of itself: time, Marketo, death, the network's repetitions. */
function othersOf(world: World, how: Exploration): Step[] {
  const steps: Step[] = [];
  for (const call of world.calls) {
    const rest = world.calls.filter((one) => one !== call);
    if (call.arrived) steps.push({ name: `${call.id} is done`, world: { ...world, calls: rest } });
    else steps.push(arrival(world, call, rest, how));
  }
  // A call is over at Marketo before its time is up.
  if (!world.calls.some((call) => world.step + 1 - call.sentAt >= CALL_STEPS)) {
    const arrivals = world.arrivals.filter((step) => step > world.step + 1 - WINDOW_STEPS);
    steps.push({ name: 'time', world: { ...world, step: world.step + 1, arrivals } });
  }
  if (world.deathsLeft > 0) {
    for (const worker of world.workers) {
      // The next one has the same clock and another name.
      const name = String.fromCharCode(worker.name.charCodeAt(0) + 10);
      const born: Worker = { ...worker, name, permits: 0, phase: { kind: 'idle' } };
      const workers = world.workers.map((one) => (one === worker ? born : one));
      steps.push({ name: `${worker.name} dies`, world: { ...world, workers, deathsLeft: world.deathsLeft - 1 } });
    }
  }
  if (world.repeatsLeft > 0 && world.repeatable !== undefined) {
    const { id, end } = world.repeatable;
    const ledger = { ...world.ledger, releases: { ...world.ledger.releases, [id]: end } };
    steps.push({ name: `${id} ends again`, world: { ...world, ledger, repeatsLeft: world.repeatsLeft - 1 } });
  }
  return steps;
}

function arrival(world: World, call: Call, rest: readonly Call[], { limits, key }: Exploration): Step {
  const arrivals = [...world.arrivals, world.step];
  const calls = [...rest, { ...call, arrived: true }];
  const inFlight = calls.filter((one) => one.arrived).length;
  const broken = arrivals.length > limits.windowCalls ? 'window' : inFlight > limits.slots ? 'slots' : undefined;
  const doubled = key !== undefined && inFlight > 1 ? 'keys' : undefined;
  const found = broken ?? doubled;
  const name = `${workerOf(call.id)}'s call arrives`;
  return { name, world: { ...world, arrivals, calls }, ...(found !== undefined && { broken: found }) };
}

/** Visits every state that can be reached, nearest first, until a limit is broken. */
function explore(how: Exploration): Found {
  const first = firstWorld(how.offsetsMs, how.faults);
  const cameFrom = new Map<string, { key: string; name: string } | undefined>([[keyOf(first), undefined]]);
  let frontier: { world: World; key: string }[] = [{ world: first, key: keyOf(first) }];
  let arrivals = 0;
  while (frontier.length > 0) {
    const next: typeof frontier = [];
    for (const { world, key } of frontier) {
      const steps = [...world.workers.flatMap((worker) => stepsOf(world, worker, how)), ...othersOf(world, how)];
      for (const step of steps) {
        if (step.name.endsWith('arrives')) arrivals += 1;
        if (step.broken !== undefined) {
          const trace = [...traceTo(key, cameFrom), step.name];
          return { states: cameFrom.size, arrivals, complete: false, violation: { rule: step.broken, trace } };
        }
        const reached = keyOf(step.world);
        if (cameFrom.has(reached)) continue;
        cameFrom.set(reached, { key, name: step.name });
        if (cameFrom.size >= how.maxStates) return { states: cameFrom.size, arrivals, complete: false };
        next.push({ world: step.world, key: reached });
      }
    }
    frontier = next;
  }
  return { states: cameFrom.size, arrivals, complete: true };
}

function traceTo(key: string, cameFrom: ReadonlyMap<string, { key: string; name: string } | undefined>): string[] {
  const names: string[] = [];
  for (let at = cameFrom.get(key); at !== undefined; at = cameFrom.get(at.key)) names.unshift(at.name);
  return names;
}

export type { Exploration, Found };
export { explore };
