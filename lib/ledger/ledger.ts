/**
 * What the delivery code sees of the ledger: leave to make calls, within every limit of the Marketo subscription that
 * all workers share.
 */

/** Why a call may not be made now. `keys`: all its records' keys are in flight; `circuit`: the line is stopped. */
type RefusalReason = 'window' | 'slots' | 'day' | 'keys' | 'circuit';

interface PermitAsk {
  /** Hashes of the keys of the call's records, see `keyHash`. Empty for a call that changes nothing. */
  readonly keys: readonly number[];
  /** True when the call is worth making even if every one of `keys` is busy: it has records without a key. */
  readonly hasKeyless: boolean;
  /** Longest time from sending to having a reply or giving up; Marketo must have given up by then too. */
  readonly callTimeoutMs: number;
}

interface Permit {
  readonly id: string;
  /** The call may be sent from here... */
  readonly notBeforeMs: number;
  /** ...until here; later the permit is void and is released unused. Both by this worker's clock. */
  readonly sendByMs: number;
  /** The one call that a half-open circuit, or a new day after a 607, lets through: its failure is not an attempt. */
  readonly probe: boolean;
}

type PermitAnswer =
  | {
      readonly kind: 'granted';
      readonly permit: Permit;
      /** Keys of the ask that another call holds: their records must be left out of this call. */
      readonly busyKeys: readonly number[];
    }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly waitMs: number; readonly detail?: string };

/** What a finished call teaches the ledger. */
type CallOutcome =
  | 'success' // any reply that shows Marketo working, rejected records included
  | 'neutral' // says nothing of Marketo's health: a token to be replaced
  | 'transient' // counts towards opening the circuit
  | 'windowSpent' // 606
  | 'slotsSpent' // 615
  | 'daySpent' // 607
  | 'denied' // 603
  | 'tokenRefused' // 601 or 602 after a fresh token
  | 'unused'; // never sent: slot, window and day are given back

interface Release {
  readonly permit: Permit;
  readonly outcome: CallOutcome;
  /** False for the starred codes: the call is given back to the day. */
  readonly counted: boolean;
  /** When the reply arrived or the call was given up: never in the future. */
  readonly endedAtMs: number;
  /** For a call without reply: how much longer Marketo may be busy with it. Slot and keys stay taken for so long. */
  readonly holdMs?: number;
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
  release(ends: readonly Release[]): Promise<void>;
  /** The identity of the line's stop: credentials refused, seen outside any call. */
  credentialsRefused(detail: string): Promise<void>;
  /** Corrects the day by what others used. Figures older than known ones, or from about a reset, change nothing. */
  learnUsage(usage: UsageToday): Promise<void>;
  /** Whether the usage endpoint should be asked again, as far as this worker's last read tells. */
  usageDue(): boolean;
}

export type { CallOutcome, Ledger, Permit, PermitAnswer, PermitAsk, RefusalReason, Release, UsageToday };
