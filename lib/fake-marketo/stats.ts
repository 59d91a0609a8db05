/** One call as it ended, for the hook and the log. */
interface CallReport {
  readonly sequence: number;
  readonly kind: 'api' | 'identity';
  readonly method: string;
  /** Path and query as received. */
  readonly url: string;
  readonly path: string;
  /** The operation of the dispatch table; undefined when none was reached. */
  readonly operation: string | undefined;
  /** User of the token; undefined without a valid one. */
  readonly userId: string | undefined;
  readonly contentType: string | undefined;
  /** As received, decoded as UTF-8. Holds the client's secret for identity calls: left out there. */
  readonly body: string;
  /** 0 when no reply was sent. */
  readonly status: number;
  /** Code of the HTTP status or of `errors`; undefined for a success, and for a call without reply. */
  readonly code: string | undefined;
  /** Codes in `result`, one for each reason. */
  readonly recordCodes: readonly string[];
  /** Whether it did what it asked, at least for one record. */
  readonly executed: boolean;
  /** Kind of the fault that was played. */
  readonly fault: string | undefined;
  readonly arrivedAtMs: number;
  readonly endedAtMs: number;
}

/** Counts since the start, as the server saw them. A snapshot. */
interface FakeStats {
  readonly apiCalls: number;
  readonly identityCalls: number;
  /** Most counted calls in any rolling window, with those of others; starred replies taken back. */
  readonly worstWindow: number;
  /** Most API calls that arrived in any rolling window, whatever the reply, without those of others. */
  readonly worstArrivals: number;
  /** Most calls at work at one time, with the one that was refused. */
  readonly worstConcurrency: number;
  readonly inFlight: number;
  readonly countedToday: number;
  /** Replies by code, `success` for none, `none` where no reply was sent. */
  readonly repliesByCode: Readonly<Record<string, number>>;
  readonly recordsByCode: Readonly<Record<string, number>>;
  /** Calls that did what they asked, at least for one record, by the operation's name. */
  readonly executed: Readonly<Record<string, number>>;
  /** Second persons that overlapping upserts of one key made. */
  readonly duplicatesCreated: number;
  /** What the fake itself threw, answered with 611: always a bug in the fake. */
  readonly internalErrors: readonly string[];
}

/** Text in a request that names it, for {@link Counters.markers}. */
const MARKER = /marker-[A-Za-z0-9_-]+/g;

class Counters {
  apiCalls = 0;
  identityCalls = 0;
  duplicatesCreated = 0;
  readonly internalErrors: string[] = [];
  readonly replies = new Map<string, number>();
  readonly recordCodes = new Map<string, number>();
  readonly executed = new Map<string, number>();
  /** How often a request, or a record of one, with `marker-...` in it was executed. */
  readonly markers = new Map<string, number>();

  countExecution(operation: string, text: string): void {
    add(this.executed, operation, 1);
    if (!text.includes('marker-')) return;
    for (const marker of new Set(text.match(MARKER) ?? [])) add(this.markers, marker, 1);
  }

  countReply(report: CallReport): void {
    add(this.replies, report.code ?? (report.status === 0 ? 'none' : 'success'), 1);
    for (const code of report.recordCodes) add(this.recordCodes, code, 1);
  }
}

function add(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

export type { CallReport, FakeStats };
export { Counters };
