/**
 * What the relay remembers of a message from one copy to the next. Travels beside the body, in the message attribute
 * `relay`, so that the console shows it and the body stays the publisher's.
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
  /** How often records have been taken out: names the send-once record of what remains. */
  readonly part: number;
  /** Most messages it may share a call with, while a shared call's fault is being isolated. */
  readonly shareAtMost?: number;
}

interface HistoryEntry {
  readonly atMs: number;
  readonly code: string;
}

const RELAY_ATTRIBUTE = 'relay';
const MAX_HISTORY = 20;

export type { HistoryEntry, RelayState };
export { MAX_HISTORY, RELAY_ATTRIBUTE };
