import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { publish } from '../../lib/local/publish.ts';

const sqs = mockClient(SQSClient);
const client = new SQSClient({ region: 'us-east-1' });

beforeEach(() => {
  sqs.reset();
  let sent = 0;
  sqs.on(SendMessageBatchCommand).callsFake(({ Entries }) => ({
    // SQS promises no order of the results.
    Successful: Entries.map(({ Id }: { Id: string }) => ({ Id, MessageId: `m-${sent++}` })).reverse(),
  }));
});

const batchSizes = (): readonly (number | undefined)[] =>
  sqs.commandCalls(SendMessageBatchCommand).map((call) => call.args[0].input.Entries?.length);

describe('publishing', () => {
  it('sends ten at a time and gives the message ids in order', async () => {
    const ids = await publish(
      client,
      'queue',
      Array.from({ length: 23 }, (_, index) => `body ${index}`),
    );

    expect(batchSizes()).toEqual([10, 10, 3]);
    expect(ids).toEqual(Array.from({ length: 23 }, (_, index) => `m-${index}`));
  });

  it('sends no more than 1 MiB at a time', async () => {
    await publish(client, 'queue', ['é'.repeat(300_000), 'x'.repeat(500_000), 'x'.repeat(548_576)]);

    expect(batchSizes()).toEqual([1, 2]);
  });

  it('says which message SQS refused, and why', async () => {
    sqs.on(SendMessageBatchCommand).resolves({ Failed: [{ Id: '1', Code: 'X', SenderFault: true, Message: 'no' }] });

    await expect(publish(client, 'queue', ['a', 'b'])).rejects.toThrow('SQS refused message 2: no');
  });
});
