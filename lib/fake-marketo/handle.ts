import type { Database } from './database/database.ts';
import type { FaultRule } from './faults.ts';
import type { Machine } from './machine.ts';
import { type FakeLimits, type Latency, OTHER_USER_ID } from './options.ts';
import type { CallReport, FakeStats } from './stats.ts';
import type { Switches } from './switches.ts';

/** A running fake. */
interface FakeMarketo {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** For assertions: people, lists, programs, ... */
  readonly database: Database;
  /** A snapshot at each access. */
  readonly stats: FakeStats;
  /** The newest calls, oldest first; at most `callLogSize`. */
  calls(): readonly CallReport[];
  /** Adds a listener for the end of each call; the returned function takes it away. */
  onCall(listener: (report: CallReport) => void): () => void;
  /** How often a request, or a record of one, with this text of the form `marker-...` in it was executed. */
  executions(marker: string): number;
  setFaults(rules: readonly FaultRule[]): void;
  addFault(rule: FaultRule): void;
  /** Faults that last until they are switched off. */
  readonly switches: Switches;
  setLatency(latencyMs: Latency): void;
  /** The window's length stays. */
  setLimits(limits: Partial<Omit<FakeLimits, 'rateLimitWindowSeconds'>>): void;
  /** Calls of another integration, now: counted in the window and the day, by a user of their own. */
  otherTraffic(calls: number): void;
  /** Calls of another integration that are in flight until the returned function is called. */
  holdSlots(slots: number): () => void;
  /** Every token ends now: 602 at its next use, 601 after. */
  expireTokens(): void;
  /** Every token is refused with 601; identity gives new ones. */
  revokeToken(): void;
  /** Ends all connections, those that hang included. Safe to call twice. */
  stop(): Promise<void>;
}

/** What tests and the local relay hold of a machine that listens at `url`. */
function handleOf(machine: Machine, url: string, stop: () => Promise<void>): FakeMarketo {
  const { subscription, limits, tokens, faults, counters, users } = machine;
  return {
    url,
    clientId: users[0]?.clientId ?? '',
    clientSecret: users[0]?.clientSecret ?? '',
    get database() {
      subscription.database.imports.settle(subscription.nowMs());
      return subscription.database;
    },
    get stats() {
      return snapshot(machine);
    },
    calls: () => machine.reports.log(),
    onCall: (listener) => machine.reports.listen(listener),
    executions: (marker) => counters.markers.get(marker) ?? 0,
    setFaults: (rules) => faults.set(rules),
    addFault: (rule) => faults.add(rule),
    switches: machine.switches,
    setLatency: (latencyMs) => machine.latency.set(latencyMs),
    setLimits: (changed) => limits.change(changed),
    otherTraffic: (calls) => limits.countOthers(OTHER_USER_ID, calls, subscription.nowMs()),
    holdSlots: (slots) => limits.holdSlots(slots),
    expireTokens: () => tokens.expireAll(),
    revokeToken: () => tokens.revokeAll(),
    stop,
  };
}

function snapshot({ counters, limits, subscription }: Machine): FakeStats {
  return {
    apiCalls: counters.apiCalls,
    identityCalls: counters.identityCalls,
    worstWindow: limits.worstWindow,
    worstArrivals: limits.worstArrivals,
    worstConcurrency: limits.worstConcurrency,
    inFlight: limits.slots,
    countedToday: subscription.usage.day(subscription.nowMs()).total,
    repliesByCode: Object.fromEntries(counters.replies),
    recordsByCode: Object.fromEntries(counters.recordCodes),
    executed: Object.fromEntries(counters.executed),
    duplicatesCreated: counters.duplicatesCreated,
    internalErrors: [...counters.internalErrors],
  };
}

export type { FakeMarketo };
export { handleOf };
