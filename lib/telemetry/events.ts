import type { RefusalReason } from '../ledger/ledger.ts';

/** Why no call at all is made. The list is closed: each reason is a metric of its own and has an alarm. */
const LINE_STOP_REASONS = [
  'transientFailures', // Marketo fails for every operation that is tried
  'accessDenied', // 603 for every operation that is tried
  'tokenRefused', // 601 or 602 for fresh tokens too
  'credentialsRefused', // identity gives no token
  'daySpent', // no call of the day's quota is left
] as const;

type LineStopReason = (typeof LINE_STOP_REASONS)[number];

/** Why one operation is paused while the others go on. */
const OPERATION_PAUSE_REASONS = ['transientFailures', 'accessDenied', 'quotaSpent'] as const;

type OperationPauseReason = (typeof OPERATION_PAUSE_REASONS)[number];

/** What can be read off at any time, as opposed to what happens. */
type GaugeName =
  | 'callsInWindow'
  | 'windowCalls'
  | 'slotsTaken'
  | 'slots'
  | 'usedToday'
  | 'othersToday'
  | 'pausedOperations'
  | 'messagesQueued'
  | 'backfillQueued'
  | 'deadLettersQueued';

/** What happens during delivery and governing, for metrics, logs and the local relay's summary. Holds no personal data. */
type DeliveryEvent =
  | {
      readonly kind: 'call';
      readonly operation: string;
      readonly records: number;
      readonly messages: number;
      /** `ok`, or the heaviest of Marketo's codes, or a reason of the relay's own. */
      readonly code: string;
      readonly durationMs: number;
    }
  /** Calls waited inside an invocation for a limit. */
  | { readonly kind: 'waited'; readonly reason: RefusalReason; readonly waitMs: number; readonly calls: number }
  | { readonly kind: 'delivered'; readonly relayId: string; readonly records: number }
  | {
      readonly kind: 'returned';
      readonly relayId: string;
      readonly reason: 'wait' | 'retry';
      readonly code: string;
      readonly delaySeconds: number;
      readonly records: number;
    }
  | { readonly kind: 'deadLettered'; readonly relayId: string; readonly code: string; readonly records: number }
  /** A second copy of a message in one batch, settled with the first. */
  | { readonly kind: 'deduplicated'; readonly relayId: string }
  /** A result that its destination did not take: it waits in the bucket. */
  | { readonly kind: 'resultUnsent'; readonly relayId: string }
  /** A message that could not be settled: SQS brings it again. */
  | { readonly kind: 'unsettled'; readonly relayId: string }
  /** Messages went back to the queue, and newer ones of their keys may overtake them: too many wait, or the table did not answer. */
  | { readonly kind: 'orderGivenUp'; readonly reason: 'bound' | 'table'; readonly messages: number }
  /** Outcomes that the journal lacks: its store or its salt could not be reached. */
  | { readonly kind: 'unjournaled'; readonly reason: 'salt' | 'store'; readonly records: number }
  /** A code that the catalogue lacks. */
  | { readonly kind: 'unknownCode'; readonly code: string; readonly level: string }
  /** The line is found stopped, or stops. Told at least once in each invocation that it keeps from calling. */
  | { readonly kind: 'lineStopped'; readonly reason: LineStopReason; readonly untilMs: number }
  /** An operation is found paused, or pauses; told as often as `lineStopped`. */
  | {
      readonly kind: 'operationPaused';
      readonly operation: string;
      readonly reason: OperationPauseReason;
      readonly untilMs: number;
    }
  /** Since a message was first seen, over all its retry messages: the greatest of those received together will do. */
  | { readonly kind: 'messageAge'; readonly ageSeconds: number }
  /** Calls of the day that the relay may still make, the reserve for others taken off. */
  | { readonly kind: 'quotaLeft'; readonly calls: number }
  /** Told every minute by the function that governs. */
  | { readonly kind: 'gauges'; readonly values: { readonly [Name in GaugeName]?: number } }
  /** Fields have gone from Marketo, or messages are held for one that has: told at least once in each invocation that holds some. */
  | { readonly kind: 'schemaChanged'; readonly type: string; readonly fields: number }
  /** Messages are not taken off the queue, for so long already; told every minute. */
  | { readonly kind: 'paused'; readonly by: 'person' | 'govern' | 'outside'; readonly seconds: number };

type Observe = (event: DeliveryEvent) => void;

export type { DeliveryEvent, GaugeName, LineStopReason, Observe, OperationPauseReason };
export { LINE_STOP_REASONS, OPERATION_PAUSE_REASONS };
