import { ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { batchesOf, createSqsQueue } from '../../lib/aws/sqs-queue.ts';
import { messageBytes } from '../../lib/message/message-size.ts';
import type { OutgoingMessage } from '../../lib/message/queue.ts';
import { MAX_MESSAGE_BYTES } from '../../lib/settings/policy.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const message = (body: string, rest: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  body,
  attributes: {},
  delaySeconds: 0,
  ...rest,
});

describe('a queue on SQS', () => {
  let server: FauxqsServer;
  let client: SQSClient;

  beforeAll(async () => {
    server = await startFauxqs({ port: 0, logger: false });
    client = new SQSClient({
      endpoint: `http://127.0.0.1:${server.port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  function open(name: string) {
    server.createQueue(name);
    const queueUrl = `http://127.0.0.1:${server.port}/000000000000/${name}`;
    const receive = async () => {
      const reply = await client.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
      );
      return reply.Messages ?? [];
    };
    return { queue: createSqsQueue({ client, queueUrl, log: silent }), receive, queueUrl };
  }

  it('delivers body and attributes as they are, binary ones too', async () => {
    const { queue, receive } = open('attributes');
    const attributes = {
      relay: { dataType: 'String', stringValue: '{"v":1}' },
      count: { dataType: 'Number', stringValue: '7' },
      blob: { dataType: 'Binary', binaryValue: 'AAEC' },
    };
    const outcomes = await queue.send([message('äß€', { attributes })]);
    const [received] = await receive();
    expect(outcomes).toEqual([{ accepted: true }]);
    expect(received?.Body).toBe('äß€');
    expect(received?.MessageAttributes?.relay).toMatchObject({ DataType: 'String', StringValue: '{"v":1}' });
    expect(received?.MessageAttributes?.count).toMatchObject({ DataType: 'Number', StringValue: '7' });
    expect(Buffer.from(received?.MessageAttributes?.blob?.BinaryValue ?? []).toString('base64')).toBe('AAEC');
  });

  it('sends more than a batch holds, and large ones, and answers for each in order', async () => {
    const { queue } = open('many');
    const bodies = [...Array.from({ length: 23 }, (_, index) => `m${index}`), 'x'.repeat(900_000), 'y'.repeat(900_000)];
    const outcomes = await queue.send([
      ...bodies.map((body) => message(body)),
      message('z'.repeat(MAX_MESSAGE_BYTES + 1)),
    ]);
    expect(outcomes.slice(0, 25)).toEqual(bodies.map(() => ({ accepted: true })));
    expect(outcomes[25]).toMatchObject({ accepted: false, error: expect.stringContaining('over a limit') });
    expect(server.inspectQueue('many')?.messages.ready).toHaveLength(25);
  });

  it('keeps a message back as long as it says, rounded up, and no longer than SQS can', async () => {
    const { queue, receive } = open('delayed');
    await queue.send([message('later', { delaySeconds: 0.2 }), message('much later', { delaySeconds: 5_000 })]);
    expect(await receive()).toEqual([]);
    expect(server.inspectQueue('delayed')?.messages.delayed).toHaveLength(2);
  });

  it('holds a received message, and says so when it cannot', async () => {
    const { queue, receive } = open('held');
    await queue.send([message('x')]);
    const [received] = await receive();
    expect(await queue.extendVisibility(received?.ReceiptHandle ?? '', 0)).toBe(true);
    expect(await receive()).toHaveLength(1);
    expect(await queue.extendVisibility('no such handle', 10)).toBe(false);
  });

  it('hides and deletes many received messages, ten in a request, and says which', async () => {
    const { queue, receive } = open('batches');
    await queue.send(Array.from({ length: 23 }, (_, index) => message(`m${index}`)));
    const handles = [...(await receive()), ...(await receive()), ...(await receive())].map(
      (one) => one.ReceiptHandle ?? '',
    );
    expect(handles).toHaveLength(23);
    expect(await receive()).toHaveLength(0);
    expect(await queue.extendVisibilityBatch([...handles, 'no such handle'], 0)).toEqual([
      ...handles.map(() => true),
      false,
    ]);
    const again = [...(await receive()), ...(await receive()), ...(await receive())].map(
      (one) => one.ReceiptHandle ?? '',
    );
    expect(await queue.deleteBatch(again)).toEqual(again.map(() => true));
    expect(server.inspectQueue('batches')?.messages).toMatchObject({ ready: [], inflight: [] });
    expect(await queue.deleteBatch([])).toEqual([]);
  });

  it('accepts nothing on a queue that is not there, and does not throw', async () => {
    const queueUrl = `http://127.0.0.1:${server.port}/000000000000/missing`;
    const outcomes = await createSqsQueue({ client, queueUrl, log: silent }).send([message('a'), message('b')]);
    expect(outcomes.map((outcome) => outcome.accepted)).toEqual([false, false]);
    const queue = createSqsQueue({ client, queueUrl, log: silent });
    expect(await queue.extendVisibilityBatch(['a'], 5)).toEqual([false]);
    expect(await queue.deleteBatch(['a', 'b'])).toEqual([false, false]);
  });

  it('sends nothing for an empty list', async () => {
    expect(await open('none').queue.send([])).toEqual([]);
  });
});

describe('a batch that SQS accepts in part', () => {
  const client = new SQSClient({ region: 'us-east-1' });
  const mock = mockClient(client);
  afterEach(() => mock.reset());
  const queue = () => createSqsQueue({ client, queueUrl: 'q', log: silent });
  const failed = (Id: string, SenderFault: boolean) => ({ Id, SenderFault, Code: 'InternalError', Message: 'busy' });

  it('is sent again for the entries that failed at SQS, and only for those', async () => {
    mock
      .on(SendMessageBatchCommand)
      .resolvesOnce({ Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: '' }], Failed: [failed('1', false)] })
      .resolves({ Successful: [{ Id: '1', MessageId: 'm', MD5OfMessageBody: '' }], Failed: [] });
    expect(await queue().send([message('a'), message('b')])).toEqual([{ accepted: true }, { accepted: true }]);
    const ids = mock
      .commandCalls(SendMessageBatchCommand)
      .map((call) => call.args[0].input.Entries?.map((entry) => entry.Id));
    expect(ids).toEqual([['0', '1'], ['1']]);
  });

  it('is given up after three rounds', async () => {
    mock.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [failed('0', false)] });
    expect(await queue().send([message('a')])).toEqual([{ accepted: false, error: 'InternalError: busy' }]);
    expect(mock.commandCalls(SendMessageBatchCommand)).toHaveLength(3);
  });

  it('is not sent again for the sender`s own fault', async () => {
    mock.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [failed('0', true)] });
    expect((await queue().send([message('a')]))[0]?.accepted).toBe(false);
    expect(mock.commandCalls(SendMessageBatchCommand)).toHaveLength(1);
  });

  it('is not accepted where the reply is silent', async () => {
    mock.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
    expect(await queue().send([message('a')])).toEqual([
      { accepted: false, error: 'SQS did not answer for this entry' },
    ]);
  });

  it('is not accepted when the request failed as a whole', async () => {
    mock.on(SendMessageBatchCommand).rejects(new Error('reset'));
    expect(await queue().send([message('a'), message('b')])).toEqual([
      { accepted: false, error: 'Error: reset' },
      { accepted: false, error: 'Error: reset' },
    ]);
  });
});

describe('packing batches', () => {
  it('loses nothing, keeps the order, and keeps both limits', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: MAX_MESSAGE_BYTES }), { maxLength: 40 }), (sizes) => {
        const messages = sizes.map((size) => message('x'.repeat(size)));
        const batches = batchesOf([...messages.keys()], messages);
        expect(batches.flat()).toEqual([...messages.keys()]);
        for (const batch of batches) {
          const bytes = batch.reduce((sum, index) => sum + messageBytes(messages[index] ?? message('')), 0);
          expect(batch.length).toBeLessThanOrEqual(10);
          expect(bytes).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
        }
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});
