import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Published } from '../webhook/receive.ts';

/**
 * Puts one body on the queue, and says what became of it. Never throws.
 *
 * @example
 * const publish = createSqsPublish(clients.sqs, queueUrl);
 * await publish('{"path":"/rest/v1/leads/describe.json"}'); // { kind: 'accepted', messageId: '...' }
 */
function createSqsPublish(client: SQSClient, queueUrl: string): (body: string) => Promise<Published> {
  return async (body) => {
    try {
      const { MessageId = '' } = await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
      return { kind: 'accepted', messageId: MessageId };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
      const detail = `${name}: ${message}`.slice(0, 300);
      return { kind: isOfTheBody(error, name) ? 'refused' : 'unknown', detail };
    }
  };
}

/** Every other fault (no permission, no queue, throttling) is none of the sender's. */
function isOfTheBody(error: unknown, name: string): boolean {
  const isClientFault = typeof error === 'object' && error !== null && '$fault' in error && error.$fault === 'client';
  return isClientFault && /^(?:InvalidMessageContents|InvalidParameterValue)/.test(name);
}

export { createSqsPublish };
