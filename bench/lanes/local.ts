import { publish } from '../../lib/local/publish.ts';
import { startLocalRelay } from '../../lib/local/relay.ts';
import { seeded } from '../../lib/simulation/seeded.ts';

interface LocalRun {
  /** From the publication of each live message to when it is settled. */
  readonly waitsMs: readonly number[];
  readonly backfillMessages: number;
}

const LIMITS = { windowCalls: 50, windowMs: 20_000, slots: 5 };
const LATENCY = { minMs: 400, maxMs: 1_000 };
/** The window is full by then. */
const WARM_UP_MS = 30_000;
const EVERY_MS = 2_000;
const RECORDS = 300;

/** In real time, over embedded SQS and DynamoDB: a lead each two seconds, beside a load of 300 leads a message or alone. */
async function runLocally(seconds: number, seed: number, hasBackfill: boolean): Promise<LocalRun> {
  const publishedMs = new Map<string, number>();
  const waitsMs: number[] = [];
  let backfillMessages = 0;
  const startedMs = Date.now();
  const isCounted = (): boolean => Date.now() - startedMs >= WARM_UP_MS;
  const relay = await startLocalRelay({
    fake: { latencyMs: LATENCY },
    limits: LIMITS,
    batchSize: 10,
    batchWindowSeconds: 0,
    observe(event) {
      if (event.kind !== 'delivered' || !isCounted()) return;
      const atMs = publishedMs.get(event.relayId);
      if (atMs !== undefined) waitsMs.push(Date.now() - atMs);
      else backfillMessages += 1;
    },
  });
  try {
    if (hasBackfill) {
      const most =
        Math.ceil(((1_000 * seconds + WARM_UP_MS) / LIMITS.windowMs) * LIMITS.windowCalls) + LIMITS.windowCalls;
      const bodies = Array.from({ length: most }, (_, index) => messageOf(`load-${index}`, RECORDS));
      await publish(relay.clients.sqs, relay.backfillQueueUrl, bodies);
    }
    const random = seeded(seed);
    for (let index = 0; Date.now() - startedMs < WARM_UP_MS + 1_000 * seconds; index++) {
      await new Promise((resolve) => setTimeout(resolve, -Math.log(1 - random()) * EVERY_MS));
      const id = `live-${index}`;
      if (isCounted()) publishedMs.set(id, Date.now());
      await relay.publish([messageOf(id, 1)]);
    }
    return { waitsMs: [...waitsMs], backfillMessages };
  } finally {
    await relay.stop();
  }
}

function messageOf(id: string, records: number): string {
  const input = Array.from({ length: records }, (_, index) => ({ email: `${id}-${index}@example.com` }));
  return JSON.stringify({ id, path: '/rest/v1/leads.json', body: { input } });
}

export { runLocally };
