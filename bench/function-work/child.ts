import { createInstruments } from '../../functions/instrument.ts';
import { deliverBatch } from '../../lib/delivery/deliver.ts';
import type { DeliveryDeps } from '../../lib/delivery/deps.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import type { ReceivedMessage } from '../../lib/message/queue.ts';
import { VirtualTime } from '../../lib/simulation/virtual-time.ts';
import { createDeps } from '../delivery/deps.ts';
import { bodyOf, createReplies, leadOf, received, recordsIn } from './leads.ts';

/**
 * Runs in a process of its own, with standard output thrown away: the functions' log goes there. What is measured is the
 * time of the processor, which a busy machine takes from nobody.
 */
interface Sample {
  readonly messages: number;
  /** Microseconds a message, the median of the rounds. */
  readonly delivery: number;
  readonly instrumented: number;
  readonly baseline: number;
}

interface Memory {
  readonly batch: string;
  readonly batchMegabytes: number;
  /** The process, before the batch was there and at its highest. */
  readonly beforeMegabytes: number;
  readonly peakMegabytes: number;
}

type Job =
  | { readonly kind: 'time'; readonly sizes: readonly number[] }
  | { readonly kind: 'memory'; readonly batch: 'many' | 'large' };
type Result = { readonly samples: readonly Sample[] } | { readonly memory: Memory };

const ROUNDS = 7;
/** 100 calls in 20 s. */
const MS_A_CALL = 200;
/** Of each of the three, in each round. */
const LEAST_ROUND_MS = 60;
const MEGABYTE = 1_024 ** 2;
const FUNCTION_MS = 420_000;
/** SQS hands over 6 MB at most in one event. */
const BATCH_BYTES = 6_000_000;
const MOST_MESSAGES = 10_000;

const replies = createReplies();
/** Nothing waits in earnest: a processor that idles costs time as well, and not the relay's. */
const time = new VirtualTime(Date.now());
const clock = time.clock();

function depsOf(change: Partial<DeliveryDeps> = {}): DeliveryDeps {
  const deps = createDeps({
    baseUrl: 'https://123-abc-456.mktorest.com',
    token: new Secret('cdf01657-110d-4155-99a7-f986b2ff13a0:int'),
    slots: 10,
    clock,
    transport: async (request) => replies(recordsIn(request)),
    letters: () => {
      throw new Error('a good record became a letter');
    },
    returns: () => {
      throw new Error('a message went back');
    },
  });
  return { ...deps, ...change };
}

async function deliver(batch: readonly ReceivedMessage[], deps: DeliveryDeps): Promise<void> {
  const unsettled = await time.finish(deliverBatch(batch, deps, time.nowMs + FUNCTION_MS));
  // As slow as the limit makes it: the ledger forgets calls by their age.
  await time.finish(time.sleep(Math.ceil(batch.length / 300) * MS_A_CALL));
  if (unsettled.size > 0) throw new Error(`${unsettled.size} messages were not settled`);
}

/** The least that any relay must do: read each message, and write its record into a call. */
async function parseAndStringify(batch: readonly ReceivedMessage[]): Promise<void> {
  let length = 0;
  for (const { body } of batch) length += JSON.stringify(JSON.parse(body)).length;
  if (length === 0) throw new Error('nothing was read');
}

/** Microseconds of the processor for each message. */
async function timeOf(batch: readonly ReceivedMessage[], work: () => Promise<void>): Promise<number> {
  const started = process.cpuUsage();
  let runs = 0;
  let spent = 0;
  do {
    await work();
    runs += 1;
    const { user, system } = process.cpuUsage(started);
    spent = user + system;
  } while (spent < LEAST_ROUND_MS * 1_000);
  return spent / runs / batch.length;
}

async function sample(messages: number): Promise<Sample> {
  const { log, observe, publishMetrics } = createInstruments();
  const [bare, instrumented] = [depsOf(), depsOf({ log, observe })];
  const batch = received(messages);
  const rounds: { delivery: number; instrumented: number; baseline: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    rounds.push({
      baseline: await timeOf(batch, () => parseAndStringify(batch)),
      delivery: await timeOf(batch, () => deliver(batch, bare)),
      instrumented: await timeOf(batch, async () => {
        await deliver(batch, instrumented);
        publishMetrics();
      }),
    });
  }
  // The first is the warming up.
  const [, ...warm] = rounds;
  return {
    messages,
    delivery: median(warm.map((one) => one.delivery)),
    instrumented: median(warm.map((one) => one.instrumented)),
    baseline: median(warm.map((one) => one.baseline)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Two batches that fill an event: thousands of messages of one lead, or a few of 300 leads with much text. */
function largeBatch(kind: 'many' | 'large'): readonly ReceivedMessage[] {
  if (kind === 'many') {
    const text = 'x'.repeat(BATCH_BYTES / MOST_MESSAGES - bodyOf(0).length);
    const withText = (index: number): string => bodyOf(index).replace('Josephine', `Josephine${text}`);
    return received(MOST_MESSAGES, withText);
  }
  const comments = 'a remark '.repeat(300);
  const input = (message: number): readonly object[] =>
    Array.from({ length: 300 }, (_, index) => ({ ...leadOf(message * 300 + index), comments }));
  return received(6, (message) => JSON.stringify({ path: '/rest/v1/leads.json', body: { input: input(message) } }));
}

async function measureMemory(kind: 'many' | 'large'): Promise<Memory> {
  const deps = depsOf({
    transport: async ({ body = '' }) => replies(JSON.parse(body).input.length),
  });
  for (let round = 0; round < 20; round++) await deliver(received(10), depsOf());
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const batch = largeBatch(kind);
  const bytes = batch.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  // As in an execution environment that has been at work for a while.
  for (let round = 0; round < 5; round++) await deliver(batch, deps);
  const peak = process.resourceUsage().maxRSS * 1_024;
  const named = kind === 'many' ? `${batch.length} messages of one lead` : '6 messages of 300 leads';
  return {
    batch: named,
    batchMegabytes: bytes / MEGABYTE,
    beforeMegabytes: before / MEGABYTE,
    peakMegabytes: peak / MEGABYTE,
  };
}

process.once('message', async (job: Job) => {
  if (job.kind === 'memory') {
    process.send?.({ memory: await measureMemory(job.batch) } satisfies Result);
    return;
  }
  const samples: Sample[] = [];
  for (const messages of job.sizes) samples.push(await sample(messages));
  process.send?.({ samples } satisfies Result);
});

export type { Job, Memory, Result, Sample };
