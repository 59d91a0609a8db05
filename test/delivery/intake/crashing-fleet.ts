import { vi } from 'vitest';
import { deliverBatch } from '../../../lib/delivery/deliver.ts';
import type { DeliveryDeps } from '../../../lib/delivery/deps.ts';
import type { Queue, ReceivedMessage } from '../../../lib/message/queue.ts';
import { DELIVERY_TIMEOUT_SECONDS, visibilityTimeoutSeconds } from '../../../lib/settings/policy.ts';
import type { VirtualTime } from '../../../lib/simulation/virtual-time.ts';
import { done, World } from '../harness.ts';

interface FleetOptions {
  readonly bodies: readonly string[];
  readonly attributes?: ReceivedMessage['attributes'];
  /** How long Lambda gathers, once a message shows. */
  readonly gatherSeconds: number;
  /** As many as may be invoked at once (Lambda: maximum concurrency). @default 5 */
  readonly pollers?: number;
  /** How long a worker that has ended still keeps its poller: a loop does until something ends it. @default 0 */
  readonly stuckSeconds?: number;
  /** The function does not start until then. @default 0 */
  readonly brokenSeconds?: number;
}

/** Times are in seconds since the messages were published. */
interface FleetReport {
  /** By the address that was sent. */
  readonly deliveredAt: ReadonlyMap<string, number>;
  readonly letters: readonly { readonly body: unknown; readonly code: string; readonly at: number }[];
  readonly movedBySqs: number;
  readonly mostReceives: number;
  readonly invocations: number;
  readonly deaths: number;
  readonly copies: number;
  readonly left: number;
}

/** A body with this in it is deadly. */
const KILLER = 'ends-its-worker';
const BATCH_SIZE = 300;
const RECEIVE_SIZE = 10;
const ROUND_TRIP_MS = 50;
const EMPTY_POLL_MS = 500;
const MAX_RECEIVE_COUNT = 60;
const MOST_SECONDS = 6 * 3_600;

/**
 * Workers over a queue that hides and counts as SQS does and a mapping that gathers as Lambda does, in virtual time. A
 * worker that reads a deadly body as JSON ends there: nothing that it asks for afterwards happens.
 */
async function runFleet(options: FleetOptions): Promise<FleetReport> {
  const { pollers = 5, stuckSeconds = 0, brokenSeconds = 0 } = options;
  const deliveredAt = new Map<string, number>();
  const letters: { body: unknown; code: string; at: number }[] = [];
  const tally = { invocations: 0, deaths: 0 };
  const world: World = new World({
    script: ({ input }) => {
      for (const { email } of input) deliveredAt.set(String(email), since());
      return done(input);
    },
  });
  const { time } = world;
  const startMs = time.nowMs;
  const since = (): number => (time.nowMs - startMs) / 1_000;
  const stored = createQueue(time);
  const deps: DeliveryDeps = {
    ...world.deps,
    queue: stored.queue,
    deadLetters: {
      send: async (sent) => {
        for (const { message, failure } of sent) letters.push({ body: message.body, code: failure.code, at: since() });
        return sent.map(() => ({ accepted: true }));
      },
    },
  };
  const dieOf = new Map<string, () => void>();
  const { parse } = JSON;
  const spy = vi.spyOn(JSON, 'parse').mockImplementation((text, reviver) => {
    dieOf.get(text)?.();
    return parse(text, reviver);
  });

  async function invoke(batch: readonly ReceivedMessage[]): Promise<void> {
    if (since() < brokenSeconds) return;
    tally.invocations += 1;
    const life = createLife();
    for (const { body } of batch) if (body.includes(KILLER)) dieOf.set(body, life.end);
    const run = deliverBatch(batch, life.bind(deps), time.nowMs + DELIVERY_TIMEOUT_SECONDS * 1_000);
    const unsettled = await Promise.race([run, life.over]);
    if (unsettled === 'dead') {
      tally.deaths += 1;
      await time.sleep(stuckSeconds * 1_000);
    } else {
      for (const one of batch) if (!unsettled.has(one.messageId)) stored.remove(one.receiptHandle);
    }
  }

  /** One of Lambda's pollers: takes ten at a time for as long as it gathers, beside the others. */
  async function poll(): Promise<void> {
    while (stored.size() > 0 && since() < MOST_SECONDS) {
      const batch = [...stored.receive(RECEIVE_SIZE)];
      const gatheredAtMs = time.nowMs + options.gatherSeconds * 1_000;
      while (batch.length > 0 && batch.length < BATCH_SIZE && time.nowMs < gatheredAtMs) {
        await time.sleep(ROUND_TRIP_MS);
        batch.push(...stored.receive(Math.min(RECEIVE_SIZE, BATCH_SIZE - batch.length)));
      }
      if (batch.length > 0) await invoke(batch);
      else await time.sleep(EMPTY_POLL_MS);
    }
  }

  for (const body of options.bodies) stored.put(body, options.attributes ?? {}, 0);
  // The first batches are full, whatever the pollers would have made of them.
  for (let first = 0; first < options.bodies.length; first += BATCH_SIZE) void invoke(stored.receive(BATCH_SIZE));
  await time.finish(Promise.all(Array.from({ length: pollers }, poll)));
  spy.mockRestore();
  return { deliveredAt, letters, ...tally, ...stored.report(), left: stored.size() };
}

/** One worker: what it asks for once it has ended is never answered. */
function createLife() {
  let isDead = false;
  let end: () => void = () => {};
  const over = new Promise<'dead'>((resolve) => {
    end = () => {
      isDead = true;
      resolve('dead');
    };
  });
  const mortal = <Args extends unknown[], T>(ask: (...args: Args) => Promise<T>) => {
    return (...args: Args): Promise<T> => (isDead ? new Promise<T>(() => {}) : ask(...args));
  };
  const bind = (deps: DeliveryDeps): DeliveryDeps => ({
    ...deps,
    tokens: { current: mortal(deps.tokens.current), replace: mortal(deps.tokens.replace) },
    deadLetters: { send: mortal(deps.deadLetters.send) },
    queue: {
      send: mortal(deps.queue.send),
      extendVisibility: mortal(deps.queue.extendVisibility),
      extendVisibilityBatch: mortal(deps.queue.extendVisibilityBatch),
      deleteBatch: mortal(deps.queue.deleteBatch),
    },
  });
  return { over, bind, end: () => end() };
}

interface Stored {
  readonly message: Omit<ReceivedMessage, 'receiptHandle' | 'receiveCount'>;
  visibleAtMs: number;
  receives: number;
}

function createQueue(time: VirtualTime) {
  const messages = new Map<string, Stored>();
  const report = { movedBySqs: 0, mostReceives: 0, copies: 0 };
  let ids = 0;

  function put(body: string, attributes: ReceivedMessage['attributes'], delaySeconds: number): void {
    ids += 1;
    const message = { messageId: `m-${ids}`, body, attributes, sentAtMs: time.nowMs };
    messages.set(message.messageId, { message, visibleAtMs: time.nowMs + delaySeconds * 1_000, receives: 0 });
  }

  /** Only the newest receipt handle is good. */
  function find(handle: string): Stored | undefined {
    const [id = '', receives] = handle.split('#');
    const one = messages.get(id);
    return one?.receives === Number(receives) ? one : undefined;
  }

  function hide(handle: string, seconds: number): boolean {
    const one = find(handle);
    if (one !== undefined) one.visibleAtMs = time.nowMs + seconds * 1_000;
    return one !== undefined;
  }

  function remove(handle: string): boolean {
    const one = find(handle);
    return one !== undefined && messages.delete(one.message.messageId);
  }

  function receive(most: number): readonly ReceivedMessage[] {
    const batch: ReceivedMessage[] = [];
    for (const one of messages.values()) {
      if (batch.length === most) break;
      if (one.visibleAtMs > time.nowMs) continue;
      if (one.receives === MAX_RECEIVE_COUNT) {
        messages.delete(one.message.messageId);
        report.movedBySqs += 1;
        continue;
      }
      one.receives += 1;
      one.visibleAtMs = time.nowMs + visibilityTimeoutSeconds(2) * 1_000;
      report.mostReceives = Math.max(report.mostReceives, one.receives);
      const receiptHandle = `${one.message.messageId}#${one.receives}`;
      batch.push({ ...one.message, receiptHandle, receiveCount: one.receives });
    }
    return batch;
  }

  const queue: Queue = {
    async send(sent) {
      await time.sleep(100);
      report.copies += sent.length;
      for (const { body, attributes, delaySeconds } of sent) put(body, attributes, delaySeconds);
      return sent.map(() => ({ accepted: true }));
    },
    extendVisibility: async (handle, seconds) => hide(handle, seconds),
    extendVisibilityBatch: async (handles, seconds) => handles.map((handle) => hide(handle, seconds)),
    deleteBatch: async (handles) => handles.map(remove),
  };
  return {
    queue,
    put,
    receive,
    remove,
    size: () => messages.size,
    report: () => report,
  };
}

export type { FleetOptions, FleetReport };
export { KILLER, runFleet };
