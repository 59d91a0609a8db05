import type { SQSRecord } from 'aws-lambda';
import { type LedgerStatus, readLedgerStatus } from '../../lib/aws/ledger-status.ts';
import { applyEnvironment, awsEnvironment } from '../../lib/emulators/aws.ts';
import type { FakeMarketo } from '../../lib/fake-marketo/handle.ts';
import type { FakeMarketoOptions } from '../../lib/fake-marketo/options.ts';
import { startFakeMarketo } from '../../lib/fake-marketo/server.ts';
import type { CallReport } from '../../lib/fake-marketo/stats.ts';
import { DEFAULT_LIMITS } from '../../lib/ledger/limits.ts';
import type { Log } from '../../lib/ports.ts';
import { createDeliveryHandler, type DeliveryHandler } from '../../lib/runtime/delivery.ts';
import type { DeliveryEvent } from '../../lib/telemetry/events.ts';
import { createDesk, type Desk } from '../support/desk.ts';
import { checkJournal, clearJournal } from '../support/read-journal.ts';
import { startWire, type Wire } from '../support/wire.ts';

interface BenchOptions {
  readonly fake?: FakeMarketoOptions;
  /** Of the delivery function, beside those that the relayUnderTest knows. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly log?: Log;
}

/** The whole way of a message on real wires, an invocation at a time: no event source mapping decides when. */
interface RelayUnderTest {
  readonly wire: Wire;
  readonly desk: Desk;
  readonly marketo: FakeMarketo;
  /** Receives all that is visible and delivers it as one batch; acknowledges what the function says is settled. */
  deliver(
    remainingMs?: number,
  ): Promise<{ readonly failedIds: readonly string[]; readonly records: readonly SQSRecord[] }>;
  /** API calls for messages since the last `reset`. */
  calls(): readonly CallReport[];
  /** Calls that looked whether Marketo works: they belong to no message. */
  healthChecks(): number;
  events(): readonly DeliveryEvent[];
  ledger(): Promise<LedgerStatus>;
  /** Lets time pass for relay, queues and table at once: leases and delays end. The fake's day goes on as it was. */
  later(ms: number): void;
  /** As new: empty queues, table and journal, no faults. Throws when the journal so far shows a promise broken. */
  reset(): Promise<void>;
  /** A new execution environment, which remembers no token; its settings may differ. */
  renew(settings?: Readonly<Record<string, string>>): void;
  stop(): Promise<void>;
}

/** Far from any limit, so that only what a test asks for stops a call. */
const NO_LIMITS: FakeMarketoOptions = { rateLimitCalls: 100_000, maxConcurrentCalls: 1_000, dailyQuota: 1_000_000 };
/** Fields are looked at where a test asks for it: the others count each call. */
const WIDE_SETTINGS = {
  RATE_LIMIT_CALLS: '200',
  RATE_LIMIT_WINDOW_SECONDS: '1',
  MAX_CONCURRENT_CALLS: '30',
  UNKNOWN_FIELDS: 'send',
};
/** What Lambda's context says at the start: the stack's timeout. */
const TIMEOUT_MS = 420_000;
const MAX_LOGGED_CALLS = 5_000;

async function startRelayUnderTest(options: BenchOptions = {}): Promise<RelayUnderTest> {
  const marketo = await startFakeMarketo({ ...NO_LIMITS, callLogSize: MAX_LOGGED_CALLS, ...options.fake });
  const wire = await startWire({ marketo });
  const restoreEnvironment = applyEnvironment(process.env, awsEnvironment(wire.endpoints));
  const desk = createDesk(wire);
  const realNow = Date.now;
  let laterMs = 0;
  Date.now = () => realNow() + laterMs;
  let events: DeliveryEvent[] = [];
  let callsBefore = 0;
  const apiCalls = () => marketo.calls().filter((call) => call.kind === 'api' && call.sequence > callsBefore);
  const isHealthCheck = ({ path }: CallReport): boolean => path === '/rest/v1/stats/usage.json';
  let deliverBatch: DeliveryHandler;

  function renew(settings: Readonly<Record<string, string>> = {}): void {
    const env = {
      ...wire.settingsFor(marketo),
      ...wire.journal.settings,
      ...WIDE_SETTINGS,
      ...options.settings,
      ...settings,
    };
    deliverBatch = createDeliveryHandler(env, {
      observe: (event) => events.push(event),
      ...(options.log && { log: options.log }),
    });
  }
  renew();

  return {
    wire,
    desk,
    marketo,
    async deliver(remainingMs = TIMEOUT_MS) {
      const records = await desk.receive();
      const { batchItemFailures } = await deliverBatch(
        { Records: [...records] },
        { getRemainingTimeInMillis: () => remainingMs },
      );
      const failedIds = batchItemFailures.map((failure) => failure.itemIdentifier);
      await desk.acknowledge(records.filter((record) => !failedIds.includes(record.messageId)));
      return { failedIds, records };
    },
    calls: () => apiCalls().filter((call) => !isHealthCheck(call)),
    healthChecks: () => apiCalls().filter(isHealthCheck).length,
    events: () => events,
    async ledger() {
      const item = { client: wire.dynamodb, tableName: wire.tableName, subscription: new URL(marketo.url).host };
      const status = await readLedgerStatus({ ...item, limits: DEFAULT_LIMITS, nowMs: Date.now() });
      if (status === undefined) throw new Error('the ledger was never asked');
      return status;
    },
    later(ms) {
      laterMs += ms;
    },
    async reset() {
      await checkJournal(wire);
      laterMs = 0;
      marketo.setFaults([]);
      await Promise.all([desk.clear(), wire.clearTable(), clearJournal(wire)]);
      events = [];
      callsBefore = marketo.calls().at(-1)?.sequence ?? 0;
    },
    renew,
    async stop() {
      await checkJournal(wire);
      await Promise.all([marketo.stop(), wire.stop()]);
      restoreEnvironment();
      Date.now = realNow;
    },
  };
}

export type { BenchOptions, RelayUnderTest };
export { startRelayUnderTest };
