import type { Observe } from '../telemetry/events.ts';
import { pausedBy, queuedSinceMs } from './decide.ts';
import type { LineView } from './line-view.ts';
import type { Seen } from './seen.ts';

/** What is on the queues, by SQS's own count. */
interface QueuesSeen {
  /** Visible, delayed and in flight. */
  readonly messages: number;
  /** Of the backfill queue, where there is one. */
  readonly backfill?: number;
  readonly deadLetters: number;
}

/** The gauges of the ledger, and what stops the line: told every minute, whether messages are received or not. */
function tellLine(line: LineView, observe: Observe): void {
  const { stop, pausedOperations } = line;
  observe({
    kind: 'gauges',
    values: {
      callsInWindow: line.callsInWindow,
      windowCalls: line.windowCalls,
      slotsTaken: line.slotsTaken,
      slots: line.slots,
      usedToday: line.usedToday,
      othersToday: line.othersToday,
      pausedOperations: pausedOperations.length,
    },
  });
  observe({ kind: 'quotaLeft', calls: line.leftToday });
  if (stop !== undefined) observe({ kind: 'lineStopped', reason: stop.reason, untilMs: stop.untilMs });
  for (const { operation, reason, untilMs } of pausedOperations) {
    observe({ kind: 'operationPaused', operation, reason, untilMs });
  }
}

function tellQueues({ messages, deadLetters, backfill }: QueuesSeen, observe: Observe): void {
  const values = { messagesQueued: messages, deadLettersQueued: deadLetters };
  observe({ kind: 'gauges', values: { ...values, ...(backfill !== undefined && { backfillQueued: backfill }) } });
}

/** While messages are taken, the delivery function tells their true age; while none are, governing tells what it knows. */
function tellPause(seen: Seen, nowMs: number, observe: Observe): void {
  const by = pausedBy(seen);
  if (by === undefined) return;
  const secondsSince = (ms: number): number => Math.max(0, Math.round((nowMs - ms) / 1_000));
  observe({ kind: 'paused', by, seconds: secondsSince(seen.pause?.sinceMs ?? seen.mapping.changedAtMs) });
  const sinceMs = queuedSinceMs(seen, nowMs);
  if (sinceMs !== undefined) observe({ kind: 'messageAge', ageSeconds: secondsSince(sinceMs) });
}

export type { QueuesSeen };
export { tellLine, tellPause, tellQueues };
