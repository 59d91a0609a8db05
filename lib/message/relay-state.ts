/**
 * What the relay remembers of a message from one copy to the next, as the message attribute `relay`. The body stays as it
 * was published.
 */
interface RelayState {
  /** The publisher's `id`, else the first SQS message id: the identity of a message across all its copies. */
  readonly relayId: string;
  /** Calls made for it that failed for a passing reason. Waiting for a limit is not an attempt. */
  readonly attempts: number;
  readonly firstSeenMs: number;
  /** When the first failed attempt was made: the age budget counts from here. */
  readonly firstFailedMs?: number;
  /** Code of the last reply. */
  readonly lastCode?: string;
  /** One entry an attempt, the newest last, at most {@link MAX_HISTORY}. */
  readonly history: readonly HistoryEntry[];
  /** Positions in the original `input` of the records still to deliver; absent while that is all of them. */
  readonly positions?: readonly number[];
  /** How often records have been taken out: two copies of different parts are not the same message. */
  readonly part: number;
  /** Most messages it may share a call with, while a shared call's fault is being isolated. */
  readonly shareAtMost?: number;
  /** How often an operator has sent it again out of the dead-letter queue. Absent: never. */
  readonly resends?: number;
}

interface HistoryEntry {
  readonly atMs: number;
  readonly code: string;
}

const RELAY_ATTRIBUTE = 'relay';
const MAX_HISTORY = 20;

export type { HistoryEntry, RelayState };
export { MAX_HISTORY, RELAY_ATTRIBUTE };
