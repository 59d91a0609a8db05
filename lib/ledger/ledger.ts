import type { Lane } from '../settings/lane.ts';
import type { LastSuccess, LineStopReason, OperationStopReason, Probe, Stop } from './state.ts';

/**
 * What the delivery code sees of the ledger: leave to make calls, within every limit of the Marketo subscription that
 * all workers share.
 */

/**
 * Why a call may not be made now. `keys`: all its records' keys are in flight; `circuit`: the line is stopped;
 * `operation`: the call's operation is paused, and nothing else need wait for it; `lane`: of a backfill, which leaves live calls
 * room.
 */
type RefusalReason = 'window' | 'slots' | 'day' | 'keys' | 'circuit' | 'operation' | 'lane';

interface PermitAsk {
  /** The endpoint's operation, such as `syncLeads`. */
  readonly operation: string;
  /** Hashes of the keys of the call's records, see `keyHash`. Empty for a call that changes nothing. */
  readonly keys: readonly number[];
  /** True when the call is worth making even if every one of `keys` is busy: it has records without a key. */
  readonly hasKeyless: boolean;
  /** Longest time from sending to having a reply or giving up; Marketo must have given up by then too. */
  readonly callTimeoutMs: number;
  /** The call belongs to no message: it is made to see whether Marketo works, and may be made when others may not. */
  readonly healthCheck?: true;
  /** @default 'live' */
  readonly lane?: Lane;
}

interface Permit {
  readonly id: string;
  /** The call may be sent from here... */
  readonly notBeforeMs: number;
  /** ...until here; later the permit is void and is released unused. Both by this worker's clock. */
  readonly sendByMs: number;
  /**
   * The one call that is let through to see whether something works again. `line`: whatever it fails of is not the fault
   * of its messages; `operation`: Marketo is known to work, so that its failure is an attempt of its messages; `day`:
   * nothing but a 607 is looked for. Of a call that is several at once, the first of these.
   */
  readonly probe?: Probe;
  readonly healthCheck?: true;
}

type PermitAnswer =
  | {
      readonly kind: 'granted';
      readonly permit: Permit;
      /** Keys of the ask that another call holds: their records must be left out of this call. */
      readonly busyKeys: readonly number[];
    }
  | {
      readonly kind: 'refused';
      readonly reason: RefusalReason;
      /** Until it is worth asking again: of a stop, until the next probe may be made. */
      readonly waitMs: number;
      /**
       * Of `circuit` and `operation`: the reason of the stop. Of `day`: `daySpent` after a 607, `backfillShare` where the rest is
       * for live calls, else `quotaUsed`. Of `lane`: `window` or `slots`.
       */
      readonly detail?: string;
    };

/**
 * What a finished call teaches the ledger. A health check that Marketo answers with 603, 606, 607 or 615 tells just
 * that: from a health check, each of them shows that Marketo works.
 */
type CallOutcome =
  | 'success' // any reply that shows Marketo working, rejected records included
  | 'neutral' // counts towards nothing: a token to be replaced, messages that have failed before
  | 'transient' // counts towards opening circuits
  | 'windowSpent' // 606
  | 'slotsSpent' // 615
  | 'daySpent' // 607
  | 'operationQuotaSpent' // 1020, 1029: a limit of the operation that lasts until the reset
  | 'denied' // 603
  | 'tokenRefused' // 601 or 602 of every call
  | 'unused'; // never sent: slot, window and day are given back

interface Release {
  readonly permit: Permit;
  readonly operation: string;
  readonly outcome: CallOutcome;
  /** False for the starred codes: the call is given back to the day. */
  readonly counted: boolean;
  /** When the reply arrived or the call was given up: never in the future. */
  readonly endedAtMs: number;
  /** For a call without reply: how much longer Marketo may be busy with it. Slot and keys stay taken for so long. */
  readonly holdMs?: number;
  /** Of a call that Marketo let in: 32 bits that stand for its access token. */
  readonly token?: number;
  /** Keys of some of its messages are marked until then: see `lib/delivery/order`. */
  readonly marksUntilMs?: number;
}

/** What the usage endpoint says of today (Marketo: usage). */
interface UsageToday {
  /** Calls of all integrations. */
  readonly totalToday: number;
  /** Calls of this relay's API user. */
  readonly ownToday: number;
  /** When the figures were asked for, by this worker's clock. */
  readonly atMs: number;
}

interface PausedOperation extends Stop<OperationStopReason> {
  readonly operation: string;
}

/** How things stand. A stop whose `untilMs` has passed waits for its probe. */
interface LedgerStatus {
  readonly lineStop?: Stop<LineStopReason>;
  readonly pausedOperations: readonly PausedOperation[];
  /** After a 607: when the day is tried next. */
  readonly daySpentUntilMs?: number;
  readonly leftToday: number;
  readonly dailyQuota: number;
  readonly callsInWindow: number;
  readonly slotsTaken: number;
}

interface Evidence extends LedgerStatus {
  /** The last call of any worker that shows Marketo working, by that worker's clock. */
  readonly lastSuccess?: LastSuccess;
}

interface Ledger {
  /**
   * One answer for each ask, in order; one conditional write however many are granted, none when all are refused.
   * Throws only when the table cannot be reached.
   */
  acquire(asks: readonly PermitAsk[]): Promise<readonly PermitAnswer[]>;
  /**
   * Gives permits back. Never fails for a permit that is gone: a late or repeated release changes nothing. Resolves
   * when it is written, within half a second while this worker has more calls under way: wait for it at the end, not
   * between calls.
   */
  release(releases: readonly Release[]): Promise<void>;
  /** Stops the line: identity refuses the credentials, or hands out no token that Marketo takes. `detail` is for the log. */
  tokenUnobtainable(reason: 'credentialsRefused' | 'tokenRefused', detail: string): Promise<void>;
  /** Corrects the day by what others used. Figures older than known ones, or from about a reset, change nothing. */
  learnUsage(usage: UsageToday): Promise<void>;
  /** Whether the usage endpoint should be asked again, as far as this worker's last read tells. */
  usageDue(): boolean;
  /**
   * Until when keys of messages that went back to the queue may be marked, as far as this worker's last read or write tells.
   * A grant is a write: what was told before it is known. 0: none is marked.
   */
  marksUntilMs(): number;
  /**
   * Tells the others that keys are marked until then, where no release does: one write, and none where they know it. Resolves
   * when it is written.
   *
   * @throws when the table cannot be reached.
   */
  tellMarks(untilMs: number): Promise<void>;
  /** One consistent read: what is known of Marketo's health. Throws only when the table cannot be reached. */
  evidence(): Promise<Evidence>;
  /**
   * Whether nothing but a health check would be let through a half-open circuit now, as far as this worker's last read
   * tells. Ask for a permit with `healthCheck`, and release it with what came of it.
   */
  healthCheckDue(): boolean;
  /** As far as this worker's last read tells; undefined before the first. */
  status(): LedgerStatus | undefined;
}

export type {
  CallOutcome,
  Evidence,
  Ledger,
  LedgerStatus,
  PausedOperation,
  Permit,
  PermitAnswer,
  PermitAsk,
  RefusalReason,
  Release,
  UsageToday,
};
