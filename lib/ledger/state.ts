import type { CallOutcome } from './ledger.ts';

/** A call that was granted and is not yet accounted for. */
interface Slot {
  readonly grantedAtMs: number;
  /** When its call may start; later than the grant when the permit waits for a coming opening. */
  readonly notBeforeMs: number;
  /** The slot frees itself here, whatever became of its worker. */
  readonly leaseEndsAtMs: number;
  /** Hashes of the keys of its records. */
  readonly keys: readonly number[];
  readonly probe: boolean;
}

/** How a slot's call ended, and when by its worker's clock. */
interface PermitRelease {
  readonly atMs: number;
  /** Marketo may be busy with the call for so much longer: no reply came. */
  readonly holdMs: number;
  readonly outcome: CallOutcome;
  readonly counted: boolean;
}

/** A call that ended and may still be in the window as Marketo counts it. */
interface WindowCall {
  readonly atMs: number;
  /** Whose clock `atMs` is by. */
  readonly worker: string;
}

interface Day {
  /** The last reset that was acted on: a 607 of a call granted before it tells nothing about this day. */
  readonly startedAtMs: number;
  /** The coming reset by the configured zone. */
  readonly resetsAtMs: number;
  /** Calls granted since the last reset, less those given back. */
  readonly used: number;
  /** Calls of other integrations since then, as the usage endpoint told. */
  readonly others: number;
  /** When the usage endpoint was asked. Absent while it has told nothing of this day. */
  readonly othersAtMs?: number;
  /** `used` at that time. */
  readonly usedAtAsking?: number;
  /** Set by a 607: nothing but one probe goes out before this instant's probe succeeds. */
  readonly probeAtMs?: number;
}

type StopReason = 'transientFailures' | 'accessDenied' | 'tokenRefused' | 'credentialsRefused';

interface Circuit {
  /** Failures in a row, of either sort. */
  readonly failures: number;
  readonly denials: number;
  /** Present while the line is stopped: open until `untilMs`, half-open after. */
  readonly stop?: { readonly reason: StopReason; readonly untilMs: number; readonly pauseMs: number };
}

/** A limit found to be lower than configured because others share it; it recovers by itself. */
interface AdaptiveLimit {
  readonly limit: number;
  readonly atMs: number;
}

interface LedgerState {
  /** Grows by one with every swap. 0: nothing stored yet. */
  readonly version: number;
  readonly slots: Readonly<Record<string, Slot>>;
  readonly releases: Readonly<Record<string, PermitRelease>>;
  readonly windowCalls: readonly WindowCall[];
  /** The start of the permit granted last, by its worker's clock: keeps calls apart. 0: none was. */
  readonly lastStartMs: number;
  readonly day: Day;
  readonly circuit: Circuit;
  readonly adaptiveWindow?: AdaptiveLimit;
  readonly adaptiveSlots?: AdaptiveLimit;
  /** Moving average of a call's duration: tells a refused worker when to ask again. */
  readonly callMs: number;
}

const EMPTY_STATE: LedgerState = {
  version: 0,
  slots: {},
  releases: {},
  windowCalls: [],
  lastStartMs: 0,
  day: { startedAtMs: 0, resetsAtMs: 0, used: 0, others: 0 },
  circuit: { failures: 0, denials: 0 },
  callMs: 500,
};

/** A permit's id starts with its worker's: times in its slot are by that worker's clock. */
function workerOf(permitId: string): string {
  return permitId.slice(0, permitId.indexOf('-'));
}

export type { AdaptiveLimit, Circuit, Day, LedgerState, PermitRelease, Slot, StopReason, WindowCall };
export { EMPTY_STATE, workerOf };
