import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalRelayOptions } from '../../lib/local/relay.ts';

type CreateDelivery = NonNullable<LocalRelayOptions['createDelivery']>;

/**
 * A delivery function that makes no call: what to do with a message is its body. `deliver` is acknowledged, `kill` goes
 * to the dead-letter queue, `lose` is acknowledged without a word, `hold` stays on the queue. It finds the queues as the
 * real one does.
 */
const createToyDelivery: CreateDelivery = (env, overrides) => {
  const client = new SQSClient({});
  return async (event) => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const { body, messageId } of event.Records) {
      if (body === 'deliver') overrides?.observe?.({ kind: 'delivered', relayId: messageId, records: 1 });
      if (body === 'hold') batchItemFailures.push({ itemIdentifier: messageId });
      if (body !== 'kill') continue;
      const failure = { level: 'record', code: '1006', name: 'Field not found', message: '', meaning: '', remedy: '' };
      const MessageBody = JSON.stringify({ deadLetter: 1, relayId: messageId, failure, message: {} });
      await client.send(new SendMessageCommand({ QueueUrl: env.DEAD_LETTER_QUEUE_URL, MessageBody }));
      overrides?.observe?.({ kind: 'deadLettered', relayId: messageId, code: '1006', records: 1 });
    }
    return { batchItemFailures };
  };
};

export { createToyDelivery };
