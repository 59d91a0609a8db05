import type { Message } from '../message/message.ts';
import type { DeliveryDeps } from './deps.ts';

/**
 * Tells what an operator must know beside single calls: whether the line or an operation is stopped, how old the oldest
 * message is (from when it was first seen, whatever copies there were), and what is left of the day. Once for each
 * invocation; alarms are built on it (`lib/cloud/alarms`). Messages of a backfill wait for their turn, and so tell no age.
 */
function observeState(messages: readonly Message[], { ledger, clock, observe, lane }: DeliveryDeps): void {
  const nowMs = clock.nowMs();
  if (messages.length > 0 && lane !== 'backfill') {
    const oldestMs = Math.min(...messages.map(({ state }) => state.firstSeenMs));
    observe({ kind: 'messageAge', ageSeconds: Math.max(0, Math.round((nowMs - oldestMs) / 1_000)) });
  }
  const status = ledger.status();
  if (status === undefined) return;
  const { lineStop, daySpentUntilMs, pausedOperations, leftToday } = status;
  if (lineStop !== undefined) observe({ kind: 'lineStopped', reason: lineStop.reason, untilMs: lineStop.untilMs });
  if (daySpentUntilMs !== undefined) observe({ kind: 'lineStopped', reason: 'daySpent', untilMs: daySpentUntilMs });
  for (const { operation, reason, untilMs } of pausedOperations) {
    observe({ kind: 'operationPaused', operation, reason, untilMs });
  }
  observe({ kind: 'quotaLeft', calls: leftToday });
}

export { observeState };
