import type { SendMessageBatchCommand, SendMessageBatchCommandOutput } from '@aws-sdk/client-sqs';
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from '../settings/policy.ts';

/** What a publisher uses of an `SQSClient`. */
interface SqsSender {
  send(
    command: SendMessageBatchCommand,
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<SendMessageBatchCommandOutput>;
}

type SendResult =
  | { readonly kind: 'accepted'; readonly messageId: string }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string; readonly mayRetry: boolean }
  | { readonly kind: 'unknown'; readonly detail: string };

interface SendOptions {
  readonly signal?: AbortSignal;
  /** Waits between two rounds. @default a timer */
  readonly wait?: (delayMs: number) => Promise<void>;
}

type Body = { readonly MessageBody: string };

/** An entry is sent this often at most: SQS refuses for reasons of its own seldom, and never for long. */
const MAX_ROUNDS = 4;
const FIRST_DELAY_MS = 100;
/** Batches in flight at once: more would only queue up in the client's sockets. */
const MAX_PARALLEL_BATCHES = 4;
const UNANSWERED: SendResult = { kind: 'unknown', detail: 'SQS did not answer for this entry' };
const ABORTED: SendResult = { kind: 'refused', code: 'Aborted', detail: 'ended by the caller', mayRetry: true };

/** Sends each body, in as few requests as SQS allows; one result for each, in order. */
async function sendEntries(
  client: SqsSender,
  queueUrl: string,
  bodies: readonly Body[],
  options: SendOptions,
): Promise<readonly SendResult[]> {
  const { signal, wait = timer } = options;
  // Loaded at the first use, as the client is.
  const { SendMessageBatchCommand } = await import('@aws-sdk/client-sqs');
  const results: SendResult[] = bodies.map(() => ABORTED);

  async function sendBatch(batch: readonly number[]): Promise<void> {
    if (signal?.aborted) return;
    const Entries = batch.map((index) => ({ Id: String(index), MessageBody: bodies[index]?.MessageBody ?? '' }));
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries });
    const answered = await client.send(command, signal === undefined ? {} : { abortSignal: signal }).then(
      (reply) => resultsOf(reply),
      (error: unknown) => ofAll(batch, failed(error)),
    );
    for (const index of batch) results[index] = answered.get(String(index)) ?? UNANSWERED;
  }

  let open = bodies.map((_, index) => index);
  for (let round = 0; round < MAX_ROUNDS && open.length > 0; round += 1) {
    if (round > 0) await wait(FIRST_DELAY_MS * 2 ** (round - 1));
    const batches = inBatches(open, bodies);
    for (let first = 0; first < batches.length; first += MAX_PARALLEL_BATCHES) {
      await Promise.all(batches.slice(first, first + MAX_PARALLEL_BATCHES).map(sendBatch));
    }
    if (signal?.aborted) break;
    open = open.filter((index) => isWorthAsking(results[index]));
  }
  return results;
}

function isWorthAsking(result: SendResult | undefined): boolean {
  return result?.kind === 'refused' && result.mayRetry;
}

function resultsOf({ Successful, Failed }: SendMessageBatchCommandOutput): ReadonlyMap<string | undefined, SendResult> {
  const accepted = (Successful ?? []).map(({ Id, MessageId = '' }) => {
    return [Id, { kind: 'accepted', messageId: MessageId }] as const;
  });
  const refused = (Failed ?? []).map(({ Id, Code = 'unknown', Message = '', SenderFault }) => {
    return [Id, { kind: 'refused', code: Code, detail: Message, mayRetry: SenderFault !== true }] as const;
  });
  return new Map<string | undefined, SendResult>([...refused, ...accepted]);
}

function ofAll(batch: readonly number[], result: SendResult): ReadonlyMap<string, SendResult> {
  return new Map(batch.map((index) => [String(index), result]));
}

/** The SDK has asked several times already. What is the caller's fault did not arrive; of anything else nobody knows. */
function failed(error: unknown): SendResult {
  const { name = 'Error', message = '' } = error instanceof Error ? error : {};
  const detail = `${name}: ${message}`.slice(0, 300);
  const isRefusal = typeof error === 'object' && error !== null && '$fault' in error && error.$fault === 'client';
  if (!isRefusal) return { kind: 'unknown', detail };
  return { kind: 'refused', code: name, detail, mayRetry: /throttl/i.test(name) };
}

/** Fills each batch in order, up to SQS's two limits. */
function inBatches(indices: readonly number[], bodies: readonly Body[]): readonly (readonly number[])[] {
  const batches: number[][] = [];
  let bytes = 0;
  for (const index of indices) {
    const size = Buffer.byteLength(bodies[index]?.MessageBody ?? '');
    const batch = batches.at(-1);
    if (batch === undefined || batch.length === MAX_BATCH_ENTRIES || bytes + size > MAX_MESSAGE_BYTES) {
      batches.push([index]);
      bytes = size;
    } else {
      batch.push(index);
      bytes += size;
    }
  }
  return batches;
}

function timer(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

export type { SendOptions, SendResult, SqsSender };
export { sendEntries };
