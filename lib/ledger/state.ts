import type { Lanes } from './lane.ts';
import type { CallOutcome } from './ledger.ts';

/** What a call may be let through to try: the stopped line, its paused operation, a spent day. */
type Probe = 'line' | 'operation' | 'day';

/** A call that was granted and is not yet accounted for. */
interface Slot {
  readonly grantedAtMs: number;
  /** When its call may start; later than the grant when the permit waits for a coming opening. */
  readonly notBeforeMs: number;
  /** The slot frees itself here, whatever became of its worker. */
  readonly leaseEndsAtMs: number;
  /** Hashes of the keys of its records. */
  readonly keys: readonly number[];
  /** Everything that the call tries. Empty for an ordinary call. */
  readonly probes: readonly Probe[];
  /** Of a probe of its operation. */
  readonly operation?: string;
  readonly healthCheck?: true;
  /** Absent: live. */
  readonly lane?: 'backfill';
}

/** How a slot's call ended, and when by its worker's clock. */
interface PermitRelease {
  readonly atMs: number;
  /** Marketo may be busy with the call for so much longer: no reply came. */
  readonly holdMs: number;
  readonly outcome: CallOutcome;
  readonly counted: boolean;
  /** Absent in what an older relay wrote. */
  readonly operation?: string;
  /** 32 bits that stand for the access token. */
  readonly token?: number;
  /** Some of its messages went back to the queue, and their keys are marked until then. */
  readonly marksUntilMs?: number;
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
  /** Those of `used` that are the backfill's. Absent: none. */
  readonly backfill?: number;
  /** Calls of other integrations since then, as the usage endpoint told. */
  readonly others: number;
  /** When the usage endpoint was asked. Absent while it has told nothing of this day. */
  readonly othersAtMs?: number;
  /** `used` at that time. */
  readonly usedAtAsking?: number;
  /** Set by a 607: nothing but one probe goes out before this instant's probe succeeds. */
  readonly probeAtMs?: number;
}

type LineStopReason = 'transientFailures' | 'accessDenied' | 'tokenRefused' | 'credentialsRefused';
type OperationStopReason = 'transientFailures' | 'accessDenied' | 'quotaSpent';
type StopReason = LineStopReason | OperationStopReason;

/** Open until `untilMs`, half-open after: then one probe decides. Both by the clock of the call that failed. */
interface Stop<Reason extends StopReason> {
  readonly reason: Reason;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** Calls in a row that failed in one way. */
interface Run {
  readonly count: number;
  /** The first few operations among them: two are enough to know that it is not one alone. */
  readonly operations: readonly string[];
}

/** Of the whole line: all operations. */
interface LineCircuit {
  readonly failures: Run;
  readonly denials: Run;
  /** Present while the line is stopped. */
  readonly stop?: Stop<LineStopReason>;
}

/** Of one operation that failed since it last succeeded. */
interface OperationCircuit {
  readonly failures: number;
  readonly denials: number;
  readonly failedAtMs: number;
  /** Present while the operation is paused. */
  readonly stop?: Stop<OperationStopReason>;
}

/** The last call that shows Marketo working: when it ended, by its worker's clock, and with which token. */
interface LastSuccess {
  readonly atMs: number;
  readonly token?: number;
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
  /** The start of the permit granted last, by its worker's clock: keeps calls apart. Not of the backfill. 0: none was. */
  readonly lastStartMs: number;
  readonly day: Day;
  readonly line: LineCircuit;
  /** By operation. */
  readonly circuits: Readonly<Record<string, OperationCircuit>>;
  readonly lastSuccess?: LastSuccess;
  readonly adaptiveWindow?: AdaptiveLimit;
  readonly adaptiveSlots?: AdaptiveLimit;
  /** Keys of messages that went back to the queue are marked, until then at the latest. Absent: none is. */
  readonly marksUntilMs?: number;
  /** Moving average of a call's duration: tells a refused worker when to ask again. */
  readonly callMs: number;
  /** Present where there is a backfill lane and calls were made since. */
  readonly lanes?: Lanes;
}

const NO_RUN: Run = { count: 0, operations: [] };
const RUNNING_LINE: LineCircuit = { failures: NO_RUN, denials: NO_RUN };

const EMPTY_STATE: LedgerState = {
  version: 0,
  slots: {},
  releases: {},
  windowCalls: [],
  lastStartMs: 0,
  day: { startedAtMs: 0, resetsAtMs: 0, used: 0, others: 0 },
  line: RUNNING_LINE,
  circuits: {},
  callMs: 500,
};

/** A permit's id starts with its worker's: times in its slot are by that worker's clock. */
function workerOf(permitId: string): string {
  return permitId.slice(0, permitId.indexOf('-'));
}

export type {
  AdaptiveLimit,
  Day,
  LastSuccess,
  LedgerState,
  LineCircuit,
  LineStopReason,
  OperationCircuit,
  OperationStopReason,
  PermitRelease,
  Probe,
  Run,
  Slot,
  Stop,
  StopReason,
  WindowCall,
};
export { EMPTY_STATE, NO_RUN, RUNNING_LINE, workerOf };
