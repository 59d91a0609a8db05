import type { Clock, Log, Random } from '../ports.ts';
import { admit, isQueued } from './admit.ts';
import { createClockBounds } from './clocks.ts';
import { fold, marksUntilMs, type View } from './fold.ts';
import { isHealthCheckDue, mayBeStopped } from './gate.ts';
import type { Evidence, Ledger, LedgerStatus, PermitAnswer, PermitAsk, Release, UsageToday } from './ledger.ts';
import type { LedgerLimits } from './limits.ts';
import { stopLine } from './line-circuit.ts';
import { AFTER_CONFLICT_MS, FIRST_BACK_OFF_MS, LONGEST_BACK_OFF_MS, MAX_SWAPS, PATIENCE } from './policy.ts';
import type { LedgerRegister } from './register.ts';
import { createReleaseWriter } from './releases.ts';
import { EMPTY_STATE, type LedgerState, workerOf } from './state.ts';
import { statusOf } from './status.ts';
import { isUsageDue, learnUsage } from './usage.ts';

interface SharedLedgerOptions {
  readonly register: LedgerRegister;
  readonly limits: LedgerLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Two workers with one name would take each other's slots: six letters and digits, two billion names. */
const WORKER_ID_RANGE = 36 ** 6;
/** The ledger of one worker: its answers hold for all workers that share the register. */
function createSharedLedger({ register, limits, clock, random, log }: SharedLedgerOptions): Ledger {
  const worker = Math.floor(random() * WORKER_ID_RANGE).toString(36);
  const bounds = createClockBounds(worker, limits.clockSkewMs);
  const releases = createReleaseWriter({ register, clock, log, observe });
  let permits = 0;
  let refusedInARow = 0;
  /** As read, or written, last. */
  let lastKnown: LedgerState = EMPTY_STATE;
  /** The latest that was ever read or written: replies may come in another order than the writes that they answer. */
  let marksKnownUntilMs = 0;

  function know(state: LedgerState): void {
    lastKnown = state;
    marksKnownUntilMs = Math.max(marksKnownUntilMs, marksUntilMs(state) ?? 0);
  }

  function observe(state: LedgerState): number {
    const nowMs = clock.nowMs();
    know(state);
    for (const call of state.windowCalls) bounds.observe(call.worker, call.atMs, nowMs);
    for (const [id, end] of Object.entries(state.releases)) bounds.observe(workerOf(id), end.atMs, nowMs);
    for (const [id, slot] of Object.entries(state.slots)) bounds.observe(workerOf(id), slot.grantedAtMs, nowMs);
    return nowMs;
  }

  function viewOf(state: LedgerState): View {
    return viewAt(observe(state));
  }

  function viewAt(nowMs: number): View {
    return { nowMs, limits, aheadOf: (other) => bounds.aheadOf(other, nowMs) };
  }

  /** How things stand by now, with what this worker has not yet told. */
  function presumed(): { state: LedgerState; view: View } {
    const view = viewAt(clock.nowMs());
    return { state: fold(releases.onto(lastKnown), view), view };
  }

  /** Applies a change by compare-and-swap until it is in, is not needed, or the tries are spent. */
  async function change<T>(step: (state: LedgerState) => { next?: LedgerState; value: T }, spent: T): Promise<T> {
    let state = await register.read();
    for (let tries = 1; tries <= MAX_SWAPS; tries++) {
      const carried = releases.pendingIds();
      const { next, value } = step(releases.onto(state));
      if (next === undefined) return value;
      if (await register.swap(state, next)) {
        // What the swap has told of ended calls need not be written once more.
        releases.written(carried);
        know(next);
        return value;
      }
      await clock.sleep(random() * AFTER_CONFLICT_MS * tries);
      state = await register.read();
    }
    return spent;
  }

  /** Refusals in a row mean that others are quicker: the exact wait of each would have all of them ask at once. */
  function backOff(answers: readonly PermitAnswer[]): readonly PermitAnswer[] {
    if (answers.some((answer) => answer.kind === 'granted')) {
      refusedInARow = 0;
      return answers;
    }
    refusedInARow += 1;
    const leastMs = Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (refusedInARow - 1));
    return answers.map((answer) => {
      const hasRivals = answer.kind === 'refused' && isQueued(answer);
      return hasRivals ? { ...answer, waitMs: Math.max(answer.waitMs, leastMs) } : answer;
    });
  }

  return {
    async acquire(asks: readonly PermitAsk[]): Promise<readonly PermitAnswer[]> {
      const ids = asks.map(() => `${worker}-${(permits++).toString(36)}`);
      const together = refusedInARow < PATIENCE ? asks.length : 1;
      const step = (state: LedgerState) => {
        const { state: next, answers } = admit(state, asks, ids, viewOf(state), together);
        return next.version === state.version ? { value: answers } : { next, value: answers };
      };
      const crowded = asks.map(
        (): PermitAnswer => ({ kind: 'refused', reason: 'slots', waitMs: 200, detail: 'crowded' }),
      );
      const answers = await change<readonly PermitAnswer[]>(step, crowded);
      for (const answer of answers) if (answer.kind === 'granted') releases.granted(answer.permit.id);
      return backOff(answers);
    },

    release: (given: readonly Release[]) => releases.add(given),

    usageDue: () => isUsageDue(lastKnown, clock.nowMs()),

    async tokenUnobtainable(reason, detail): Promise<void> {
      log.error('there is no access token that Marketo takes: the line stops', { reason, detail });
      await change<void>((state) => {
        const view = viewOf(state);
        const current = fold(state, view);
        const { stop } = current.line;
        if (stop?.reason === reason && view.nowMs < stop.untilMs) return { value: undefined };
        const line = stopLine(current.line, reason, view.nowMs);
        return { next: { ...current, version: state.version + 1, line }, value: undefined };
      }, undefined);
    },

    async learnUsage(usage: UsageToday): Promise<void> {
      await change<void>((state) => {
        const next = learnUsage(state, usage, viewOf(state));
        return { ...(next && { next }), value: undefined };
      }, undefined);
    },

    marksUntilMs: () => marksKnownUntilMs,

    async tellMarks(untilMs: number): Promise<void> {
      if (marksKnownUntilMs >= untilMs) return;
      // A release of no slot: it frees nothing, and the next admission takes up what it tells.
      const id = `${worker}-${(permits++).toString(36)}`;
      const told = {
        atMs: clock.nowMs(),
        holdMs: 0,
        outcome: 'unused',
        counted: false,
        marksUntilMs: untilMs,
      } as const;
      observe(await register.recordReleases({ [id]: told }));
      if (lastKnown.version > 0) return;
      // Nobody has asked for a permit yet, so there is nothing to write it to.
      await change<void>((state) => {
        const current = fold(state, viewOf(state));
        const latestMs = Math.max(current.marksUntilMs ?? 0, untilMs);
        return { next: { ...current, version: state.version + 1, marksUntilMs: latestMs }, value: undefined };
      }, undefined);
    },

    async evidence(): Promise<Evidence> {
      observe(await register.read());
      const { state } = presumed();
      return { ...statusOf(state, limits), ...(state.lastSuccess && { lastSuccess: state.lastSuccess }) };
    },

    healthCheckDue(): boolean {
      // Asked in every round of every invocation.
      if (!mayBeStopped(releases.onto(lastKnown))) return false;
      const { state, view } = presumed();
      return isHealthCheckDue(state, view);
    },

    status(): LedgerStatus | undefined {
      return lastKnown.version === 0 ? undefined : statusOf(presumed().state, limits);
    },
  };
}

export type { SharedLedgerOptions };
export { createSharedLedger };
