import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from '../settings/policy.ts';

/**
 * Publishes bodies in order, in as few requests as SQS allows.
 *
 * @returns the SQS message id of each.
 * @throws when SQS refuses one: its body is empty, too large, or holds a character that SQS does not take.
 */
async function publish(client: SQSClient, queueUrl: string, bodies: readonly string[]): Promise<readonly string[]> {
  const messageIds: string[] = [];
  for (const batch of inBatches(bodies)) {
    const reply = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: batch.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
      }),
    );
    const failed = reply.Failed?.[0];
    if (failed !== undefined) {
      throw new Error(`SQS refused message ${messageIds.length + Number(failed.Id) + 1}: ${failed.Message}`);
    }
    const idOf = new Map(reply.Successful?.map((entry) => [entry.Id, entry.MessageId]));
    messageIds.push(...batch.map((_, index) => idOf.get(String(index)) ?? ''));
  }
  return messageIds;
}

function* inBatches(bodies: readonly string[]): Generator<readonly string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const body of bodies) {
    const size = Buffer.byteLength(body, 'utf8');
    if (batch.length === MAX_BATCH_ENTRIES || (batch.length > 0 && bytes + size > MAX_MESSAGE_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(body);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

export { publish };
