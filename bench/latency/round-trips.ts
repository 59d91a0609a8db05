import { composeDelivery, type Platform } from '../../lib/runtime/compose.ts';
import { handlerOver } from '../../lib/runtime/delivery.ts';
import { SETTING_NAMES } from '../../lib/settings/names.ts';
import { DELIVERY_TIMEOUT_SECONDS } from '../../lib/settings/policy.ts';
import { readSettings } from '../../lib/settings/settings.ts';
import { seeded } from '../../lib/simulation/seeded.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';
import { VirtualTime } from '../../lib/simulation/virtual-time.ts';
import { createBucket, createQueues, createSecret, createTable } from '../model/clients.ts';
import { createMarketo } from '../model/marketo.ts';
import { newTally } from '../model/tally.ts';

/** What an invocation waits for, one after the other, up to its call or from there on. */
interface Wait {
  readonly trips: number;
  /** The requests that these were, by service. */
  readonly requests: Readonly<Record<Service, number>>;
  /** Beside trips: a wait of the relay's own. */
  readonly ownMs: number;
}

interface Way {
  readonly before: Wait;
  readonly after: Wait;
}

type Service = 'table' | 'queue' | 'secret' | 'bucket' | 'identity';

/** In virtual time every request takes as long, and nothing else takes any: what has passed is a number of round trips. */
const TRIP_MS = 10;
const START_MS = Date.UTC(2026, 1, 10, 15);
const IDLE_MS = 300_000;
const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/000000000000/queue';
const BODY = JSON.stringify({ path: '/rest/v1/leads.json', body: { input: [{ email: 'one@example.com' }] } });

/**
 * The delivery function as it is composed for Lambda, at the stack's defaults, with one message each time: the first of a relay,
 * one of a copy that has run before, and the first of another copy. The relay is idle in between.
 */
async function countRoundTrips(): Promise<Readonly<Record<'first' | 'running' | 'newCopy', Way>>> {
  const time = new VirtualTime(START_MS);
  const tally = newTally();
  const random = seeded(1);
  const noRequests = { table: 0, queue: 0, secret: 0, bucket: 0, identity: 0 };
  let requests: Record<Service, number> = { ...noRequests };
  /** What waits on the way there and on the way back has two parts. */
  const trip =
    (service: Service, parts = 1) =>
    () => {
      requests[service] += 1 / parts;
      return time.sleep(TRIP_MS / parts);
    };
  const marketo = createMarketo(tally, time, random, { latencyMs: [0, 0] });
  const stores = {
    dynamoDb: createTable(tally, trip('table', 2), random),
    sqs: createQueues(tally, trip('queue'), random, { isLetters: () => false, requeued: () => {} }),
    s3: createBucket(tally, trip('bucket'), random),
    secretsManager: createSecret(tally, trip('secret'), random),
  };
  let sinceMs = 0;
  let before: Wait | undefined;
  /** Requests in parallel would be more trips than there was time for. */
  const waited = (): Wait => {
    const passedMs = time.nowMs - sinceMs;
    const made = Object.values(requests).reduce((sum, count) => sum + count, 0);
    const trips = Math.min(Math.round(made), Math.floor(passedMs / TRIP_MS));
    return { trips, requests, ownMs: passedMs - trips * TRIP_MS };
  };
  const transport: Platform['transport'] = async (request, options) => {
    if (request.url.includes('/identity/')) {
      await trip('identity')();
      return marketo.transport(request, options);
    }
    before = waited();
    const reply = await marketo.transport(request, options);
    sinceMs = time.nowMs;
    requests = { ...noRequests };
    return reply;
  };
  const settings = readSettings({
    [SETTING_NAMES.marketoBaseUrl]: 'https://123-abc-456.mktorest.com',
    [SETTING_NAMES.marketoSecretId]: 'bench',
    [SETTING_NAMES.queueUrl]: QUEUE_URL,
    [SETTING_NAMES.deadLetterQueueUrl]: `${QUEUE_URL}-letters`,
    [SETTING_NAMES.ledgerTableName]: 'bench',
    [SETTING_NAMES.overflowBucketName]: 'bench',
  });
  const common = { ...stores, transport, clock: time.clock(), random, log: silentLog, observe: () => {} };
  const copy = () => handlerOver(composeDelivery(settings, common));

  async function invoke(handler: ReturnType<typeof copy>): Promise<Way> {
    await time.finish(time.sleep(IDLE_MS));
    sinceMs = time.nowMs;
    requests = { ...noRequests };
    const deadlineMs = time.nowMs + 1_000 * DELIVERY_TIMEOUT_SECONDS;
    const context = { getRemainingTimeInMillis: () => deadlineMs - time.nowMs };
    const { batchItemFailures } = await time.finish(handler(eventOf(time.nowMs), context));
    if (batchItemFailures.length > 0 || before === undefined) throw new Error('the message was not settled');
    return { before, after: waited() };
  }

  const one = copy();
  return { first: await invoke(one), running: await invoke(one), newCopy: await invoke(copy()) };
}

function eventOf(nowMs: number) {
  const record = {
    messageId: `7d1bb0a8-5ee4-4a1c-9f6e-${String(nowMs).slice(-12).padStart(12, '0')}`,
    receiptHandle: 'handle',
    body: BODY,
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(nowMs) },
    messageAttributes: {},
  };
  return { Records: [record] } as unknown as Parameters<ReturnType<typeof handlerOver>>[0];
}

export type { Service, Wait, Way };
export { countRoundTrips };
