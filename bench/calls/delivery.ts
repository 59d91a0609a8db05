import type { DeadLetter } from '../../lib/dead-letter/types.ts';
import { deliverBatch } from '../../lib/delivery/deliver.ts';
import type { FakeMarketo } from '../../lib/fake-marketo/server.ts';
import type { HttpRequest } from '../../lib/marketo/http.ts';
import { createTransport } from '../../lib/marketo/http-client.ts';
import { createIdentity } from '../../lib/marketo/identity.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import type { OutgoingMessage, ReceivedMessage } from '../../lib/message/queue.ts';
import { createDeps, systemClock } from '../delivery/deps.ts';

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
  /** @default false */
  readonly looksAtFields?: boolean;
}

const FUNCTION_MS = 420_000;
/**
 * Delivers a backlog with the real delivery code, over HTTP: several workers take batch after batch, and everything that
 * goes back to the queue comes again when its delay is over.
 */
async function runDelivery({
  marketo,
  bodies,
  batchSize,
  workers,
  slots,
  looksAtFields = false,
}: RunOptions): Promise<DeliveryRun> {
  const letters: DeadLetter[] = [];
  const calls: string[][] = [];
  const queue: { readonly record: ReceivedMessage; readonly visibleAtMs: number }[] = [];
  let returned = 0;
  let unsettled = 0;
  const enqueue = (message: Pick<OutgoingMessage, 'body' | 'attributes'>, delaySeconds = 0): void => {
    const messageId = `message-${queue.length}-${returned}`;
    const record = { ...message, messageId, receiptHandle: messageId, receiveCount: 1, sentAtMs: systemClock.nowMs() };
    queue.push({ record, visibleAtMs: systemClock.nowMs() + delaySeconds * 1_000 });
  };
  for (const body of bodies) enqueue({ body, attributes: {} });

  const http = createTransport();
  const { fetchToken } = createIdentity({ baseUrl: marketo.url, transport: http, timeoutMs: 9_000 });
  const answer = await fetchToken({ clientId: marketo.clientId, clientSecret: new Secret(marketo.clientSecret) });
  if (answer.kind !== 'token') throw new Error(`no token: ${JSON.stringify(answer)}`);
  const deps = createDeps({
    baseUrl: marketo.url,
    token: answer.token,
    slots,
    looksAtFields,
    transport: (request, options) => {
      calls.push(emailsIn(request));
      return http(request, options);
    },
    letters: (sent) => letters.push(...sent),
    returns: (copy) => {
      returned += 1;
      enqueue(copy, copy.delaySeconds);
    },
  });
  async function work(): Promise<void> {
    while (queue.length > 0) {
      const due = queue.splice(0, batchSize);
      const nowMs = systemClock.nowMs();
      await systemClock.sleep(Math.max(...due.map(({ visibleAtMs }) => visibleAtMs)) - nowMs);
      const left = await deliverBatch(
        due.map(({ record }) => record),
        deps,
        systemClock.nowMs() + FUNCTION_MS,
      );
      unsettled += left.size;
    }
  }
  await Promise.all(Array.from({ length: workers }, work));
  // What went back after the last batch was taken.
  await work();
  return { letters, calls, returned, unsettled };
}

function emailsIn({ body = '{}' }: HttpRequest): string[] {
  const { input = [] } = JSON.parse(body) as { input?: readonly { email: string }[] };
  return input.map(({ email }) => email);
}

export type { DeliveryRun };
export { runDelivery };
