import { ChangeMessageVisibilityBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { decodeRelayState } from '../../message/relay-attribute.ts';

/** The oldest of some messages: SQS gives a sample, and its own age begins anew with each copy. */
interface AgeSample {
  readonly messages: number;
  /** When the relay first saw the oldest of them, or SQS took it. Absent: nothing was visible. */
  readonly oldestFirstSeenMs?: number;
}

const ROUNDS = 3;
/** SQS gives a message up after ten receives by default: looking must not be what uses them. */
const MOST_RECEIVES = 4;

/** Looks at up to 30 visible messages and puts them back at once. Costs each of them one receive. */
async function sampleAge(client: SQSClient, queueUrl: string, nowMs: number): Promise<AgeSample> {
  const firstSeen = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 10,
        WaitTimeSeconds: 0,
        MessageAttributeNames: ['relay'],
        MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
      }),
    );
    if (Messages.length === 0) break;
    await client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: queueUrl,
        Entries: Messages.map(({ ReceiptHandle = '' }, index) => ({
          Id: String(index),
          ReceiptHandle,
          VisibilityTimeout: 0,
        })),
      }),
    );
    for (const { MessageId = '', MessageAttributes = {}, Attributes = {} } of Messages) {
      const stringValue = MessageAttributes.relay?.StringValue;
      const state =
        stringValue === undefined ? undefined : decodeRelayState({ relay: { dataType: 'String', stringValue } }, nowMs);
      firstSeen.set(MessageId, state?.firstSeenMs ?? Number(Attributes.SentTimestamp ?? nowMs));
    }
    if (Messages.some(({ Attributes }) => Number(Attributes?.ApproximateReceiveCount ?? 1) >= MOST_RECEIVES)) break;
  }
  if (firstSeen.size === 0) return { messages: 0 };
  return { messages: firstSeen.size, oldestFirstSeenMs: Math.min(...firstSeen.values()) };
}

export type { AgeSample };
export { sampleAge };
