import type { DeadLetter } from '../../lib/dead-letter/types.ts';
import { deliverBatch } from '../../lib/delivery/deliver.ts';
import type { DeliveryDeps } from '../../lib/delivery/deps.ts';
import type { FakeMarketo } from '../../lib/fake-marketo/server.ts';
import { NO_JOURNAL } from '../../lib/journal/entry.ts';
import { DEFAULT_LIMITS } from '../../lib/ledger/limits.ts';
import { createMemoryRegister } from '../../lib/ledger/memory-register.ts';
import { createSharedLedger } from '../../lib/ledger/shared-ledger.ts';
import type { HttpRequest, Transport } from '../../lib/marketo/http.ts';
import { createTransport } from '../../lib/marketo/http-client.ts';
import { createIdentity } from '../../lib/marketo/identity.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import type { OutgoingMessage, ReceivedMessage } from '../../lib/message/queue.ts';
import type { Clock } from '../../lib/ports.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';

interface DeliveryRun {
  readonly letters: readonly DeadLetter[];
  /** The e-mail addresses in each call, in the order of sending. */
  readonly calls: readonly (readonly string[])[];
  /** Messages that went back to the queue, and came again. */
  readonly returned: number;
  readonly unsettled: number;
}

interface RunOptions {
  readonly marketo: FakeMarketo;
  readonly bodies: readonly string[];
  /** Messages that an invocation gets. */
  readonly batchSize: number;
  /** Invocations at once. */
  readonly workers: number;
  /** Calls in flight at once. */
  readonly slots: number;
}

const FUNCTION_MS = 420_000;
/** Far from every limit of the ledger but the slots: what is counted here is calls, not their pace. */
const MANY_CALLS = 1_000_000;

const clock: Clock = {
  nowMs: () => Date.now(),
  sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, durationMs))),
};

/**
 * Delivers a backlog with the real delivery code, over HTTP: several workers take batch after batch, and everything that
 * goes back to the queue comes again when its delay is over.
 */
async function runDelivery({ marketo, bodies, batchSize, workers, slots }: RunOptions): Promise<DeliveryRun> {
  const letters: DeadLetter[] = [];
  const calls: string[][] = [];
  const queue: { readonly record: ReceivedMessage; readonly visibleAtMs: number }[] = [];
  let returned = 0;
  let unsettled = 0;
  const enqueue = (message: Pick<OutgoingMessage, 'body' | 'attributes'>, delaySeconds = 0): void => {
    const messageId = `message-${queue.length}-${returned}`;
    const record = { ...message, messageId, receiptHandle: messageId, receiveCount: 1, sentAtMs: clock.nowMs() };
    queue.push({ record, visibleAtMs: clock.nowMs() + delaySeconds * 1_000 });
  };
  for (const body of bodies) enqueue({ body, attributes: {} });

  const deps = await createDeps(marketo, slots, {
    letters,
    send: (request) => calls.push(emailsIn(request)),
    returns: (copy) => {
      returned += 1;
      enqueue(copy, copy.delaySeconds);
    },
  });
  async function work(): Promise<void> {
    while (queue.length > 0) {
      const due = queue.splice(0, batchSize);
      const nowMs = clock.nowMs();
      await clock.sleep(Math.max(...due.map(({ visibleAtMs }) => visibleAtMs)) - nowMs);
      const left = await deliverBatch(
        due.map(({ record }) => record),
        deps,
        clock.nowMs() + FUNCTION_MS,
      );
      unsettled += left.size;
    }
  }
  await Promise.all(Array.from({ length: workers }, work));
  // What went back after the last batch was taken.
  await work();
  return { letters, calls, returned, unsettled };
}

interface Hooks {
  readonly letters: DeadLetter[];
  send(request: HttpRequest): void;
  returns(copy: OutgoingMessage): void;
}

async function createDeps(marketo: FakeMarketo, slots: number, hooks: Hooks): Promise<DeliveryDeps> {
  const random = Math.random;
  const http = createTransport();
  const transport: Transport = (request, options) => {
    hooks.send(request);
    return http(request, options);
  };
  const { fetchToken } = createIdentity({ baseUrl: marketo.url, transport: http, timeoutMs: 9_000 });
  const answer = await fetchToken({ clientId: marketo.clientId, clientSecret: new Secret(marketo.clientSecret) });
  if (answer.kind !== 'token') throw new Error(`no token: ${JSON.stringify(answer)}`);
  const token = { kind: 'token', token: answer.token } as const;
  const limits = { ...DEFAULT_LIMITS, windowCalls: MANY_CALLS, dayCalls: MANY_CALLS, slots };
  return {
    baseUrl: marketo.url,
    transport,
    ledger: createSharedLedger({ register: createMemoryRegister(), limits, clock, random, log: silentLog }),
    tokens: { current: async () => token, replace: async () => token },
    sendOnce: {
      claim: () => Promise.reject(new Error('upserts need no send-once record')),
      complete: async () => {},
    },
    queue: {
      send: async (messages) => {
        for (const message of messages) hooks.returns(message);
        return messages.map(() => ({ accepted: true }));
      },
      extendVisibility: async () => false,
      extendVisibilityBatch: async (handles) => handles.map(() => false),
      deleteBatch: async (handles) => handles.map(() => false),
    },
    journal: NO_JOURNAL,
    results: undefined,
    deadLetters: {
      send: async (sent) => {
        hooks.letters.push(...sent);
        return sent.map(() => ({ accepted: true }));
      },
    },
    overflow: { bucket: 'none', put: async () => {}, get: () => Promise.reject(new Error('no letter was put back')) },
    clock,
    random,
    log: silentLog,
    observe: () => {},
    limits: {
      windowCalls: limits.windowCalls,
      windowMs: limits.windowMs,
      retryMaxAttempts: 8,
      retryMaxAgeMs: 86_400_000,
    },
    secrets: () => [answer.token],
  };
}

function emailsIn({ body = '{}' }: HttpRequest): string[] {
  const { input = [] } = JSON.parse(body) as { input?: readonly { email: string }[] };
  return input.map(({ email }) => email);
}

export type { DeliveryRun };
export { runDelivery };
