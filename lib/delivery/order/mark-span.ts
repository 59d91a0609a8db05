import type { RequeueOutcome } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';

/** How long marks are to last. */
interface Span {
  /** A mark that lasts until here need not be written again. */
  readonly leastUntilMs: number;
  readonly untilMs: number;
  /** When the message comes back. */
  readonly dueMs: number;
}

/** On a grid, so that the workers of an outage need not tell each other of every second. */
function spanOf(delayMs: number, isLong: boolean, nowMs: number): Span {
  const { markGridMs, maxMarkDelayMs, markSlackMs, leastMarkSlackMs, longMarkSlackMs, leastLongMarkSlackMs } =
    DELIVERY_POLICY;
  const backMs = nowMs + Math.min(delayMs, maxMarkDelayMs);
  const [leastMs, mostMs] = isLong ? [leastLongMarkSlackMs, longMarkSlackMs] : [leastMarkSlackMs, markSlackMs];
  const untilMs = Math.ceil((backMs + mostMs) / markGridMs) * markGridMs;
  return { leastUntilMs: backMs + leastMs, untilMs, dueMs: backMs };
}

/** A retry that takes so long is told to those behind it, with one more write: they would ask in vain. */
function comesLate({ reason, delayMs }: RequeueOutcome): boolean {
  return reason === 'retry' && delayMs >= DELIVERY_POLICY.lateRetryMs;
}

export type { Span };
export { comesLate, spanOf };
