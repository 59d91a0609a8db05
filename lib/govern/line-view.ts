import { effectiveLimit } from '../ledger/adaptive-limit.ts';
import { dayOpensAtMs, leftToday } from '../ledger/day.ts';
import { fold } from '../ledger/fold.ts';
import type { LedgerLimits } from '../ledger/limits.ts';
import type { LedgerState } from '../ledger/state.ts';
import { statusOf } from '../ledger/status.ts';
import { isUsageDue } from '../ledger/usage.ts';
import type { OperationPauseReason } from '../telemetry/events.ts';
import type { LineStop } from './seen.ts';

/** The ledger as it stands at one moment. */
interface LineView {
  readonly stop?: LineStop;
  readonly pausedOperations: readonly {
    readonly operation: string;
    readonly reason: OperationPauseReason;
    readonly untilMs: number;
  }[];
  readonly worksAtMs?: number;
  readonly callsInWindow: number;
  /** The limit in force: a learned one, where others share the window. */
  readonly windowCalls: number;
  readonly slotsTaken: number;
  readonly slots: number;
  /** Calls of the day by this relay, and by others as far as Marketo has told. */
  readonly usedToday: number;
  readonly othersToday: number;
  readonly leftToday: number;
  readonly usage: { readonly isDue: boolean; readonly askedAtMs?: number };
}

/** @param state as it is stored: what has ended since is settled here. */
function lineViewOf(state: LedgerState, limits: LedgerLimits, nowMs: number): LineView {
  // A reader has no clock of its own to compare: by the skew that is allowed for, it is never early.
  const current = fold(state, { nowMs, limits, aheadOf: () => limits.clockSkewMs });
  const { day } = current;
  const stop = stopOf(current, limits);
  const slotsTaken = Object.keys(current.slots).length;
  return {
    ...(stop && { stop }),
    pausedOperations: statusOf(current, limits).pausedOperations,
    ...(current.lastSuccess && { worksAtMs: current.lastSuccess.atMs }),
    callsInWindow: current.windowCalls.length + slotsTaken,
    windowCalls: effectiveLimit(limits.windowCalls, current.adaptiveWindow, nowMs, limits.windowMs),
    slotsTaken,
    slots: effectiveLimit(limits.slots, current.adaptiveSlots, nowMs, limits.windowMs),
    usedToday: day.used,
    othersToday: day.others,
    leftToday: leftToday(day, limits),
    usage: {
      isDue: isUsageDue(current, nowMs),
      ...(day.othersAtMs !== undefined && { askedAtMs: day.othersAtMs }),
    },
  };
}

/** Of several stops, the one that lasts longest. */
function stopOf({ line, day }: LedgerState, limits: LedgerLimits): LineStop | undefined {
  const stops: LineStop[] = [];
  if (line.stop) {
    const { reason, sinceMs, untilMs } = line.stop;
    stops.push({ reason, sinceMs, untilMs, needsProbe: true });
  }
  const opensAtMs = dayOpensAtMs(day, limits);
  if (opensAtMs !== undefined) {
    stops.push({ reason: 'daySpent', sinceMs: day.startedAtMs, untilMs: opensAtMs, needsProbe: true });
  } else if (leftToday(day, limits) < 1 && day.resetsAtMs > 0) {
    const untilMs = day.resetsAtMs + limits.clockSkewMs;
    stops.push({ reason: 'daySpent', sinceMs: day.startedAtMs, untilMs, needsProbe: false });
  }
  return stops.sort((one, other) => other.untilMs - one.untilMs)[0];
}

export type { LineView };
export { lineViewOf };
