import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { readLetter, readLetters } from '../../lib/aws/list-dead-letters.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../lib/emulators/aws.ts';
import { startQueues } from '../../lib/emulators/queues.ts';

const LETTER = {
  deadLetter: 1,
  relayId: 'order-1',
  failure: {
    level: 'record',
    code: '1006',
    name: 'Field not found',
    message: "Field 'x' not found",
    meaning: 'A field is not known.',
    remedy: 'Correct its name.',
    attempts: 2,
    outcomeUnknown: false,
  },
  message: { body: {}, attributes: {}, positions: [3, 4] },
  history: [],
};

describe('reading one letter', () => {
  it('takes what the report shows', () => {
    expect(readLetter('m-1', JSON.stringify(LETTER))).toEqual({
      messageId: 'm-1',
      relayId: 'order-1',
      level: 'record',
      code: '1006',
      name: 'Field not found',
      message: "Field 'x' not found",
      meaning: 'A field is not known.',
      remedy: 'Correct its name.',
      attempts: 2,
      outcomeUnknown: false,
      positions: [3, 4],
    });
  });

  it.each([
    ['{"id":"order-2"}', 'order-2'],
    ['not json', 'm-1'],
    ['[]', 'm-1'],
    ['{"deadLetter":1}', 'm-1'],
  ])('speaks of %s as a message that SQS moved here itself', (body, relayId) => {
    expect(readLetter('m-1', body)).toMatchObject({ code: 'movedBySqs', relayId });
  });
});

describe('reading a dead-letter queue', () => {
  it('reads every letter, and leaves each on the queue to be read again', async () => {
    const queues = await startQueues();
    const client = new SQSClient({ endpoint: queues.url, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
    const count = 23;
    for (let index = 0; index < count; index += 1) {
      const MessageBody = JSON.stringify({ ...LETTER, relayId: `order-${index}` });
      await client.send(new SendMessageCommand({ QueueUrl: queues.deadLetterQueueUrl, MessageBody }));
    }

    const first = await readLetters(client, queues.deadLetterQueueUrl);
    const second = await readLetters(client, queues.deadLetterQueueUrl);
    client.destroy();
    await queues.stop();

    expect(new Set(first.map((letter) => letter.relayId)).size).toBe(count);
    expect(second).toHaveLength(count);
  });
});
