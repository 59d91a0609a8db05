import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { holdLetters } from '../../lib/aws/hold-letters.ts';

/** A queue that gives samples, as SQS does: some polls are empty although letters are there. */
const sqs = mockClient(SQSClient);
beforeEach(() => sqs.reset());

const client = new SQSClient({ region: 'us-east-1' });
const hold = (mostLetters?: number) =>
  holdLetters({
    client,
    queueUrl: 'https://sqs/q',
    holdSeconds: 60,
    ...(mostLetters === undefined ? {} : { mostLetters }),
  });
const never = new AbortController().signal;

function sampled(total: number, hidden: ReadonlySet<number> = new Set()): { readonly handles: string[] } {
  let given = 0;
  let polls = 0;
  const handles: string[] = [];
  sqs.on(ReceiveMessageCommand).callsFake(() => {
    polls += 1;
    // Two polls of three see none of the servers that still hold letters.
    if (polls % 3 !== 0 || given >= total - hidden.size) return { Messages: [] };
    const Messages = [...Array(Math.min(3, total - hidden.size - given)).keys()].map((index) => {
      const ReceiptHandle = `h${given + index}`;
      handles.push(ReceiptHandle);
      return { MessageId: `m${given + index}`, ReceiptHandle, Body: 'x', Attributes: { SentTimestamp: '5' } };
    });
    given += Messages.length;
    return { Messages };
  });
  sqs.on(GetQueueAttributesCommand).callsFake(() => ({
    Attributes: {
      ApproximateNumberOfMessages: String(total - given),
      ApproximateNumberOfMessagesNotVisible: String(given),
    },
  }));
  sqs.on(ChangeMessageVisibilityBatchCommand).resolves({});
  return { handles };
}

describe('reading a queue that gives samples', () => {
  it('goes on until long polls and the count agree that nothing is left', async () => {
    sampled(25);
    const seen: string[] = [];
    const end = await hold().readAll((letter) => void seen.push(letter.messageId), never);
    expect(end).toEqual({ kind: 'all', read: 25, left: 0, hidden: 0 });
    expect(new Set(seen).size).toBe(25);
    expect(sqs.commandCalls(ReceiveMessageCommand)[0]?.args[0].input.WaitTimeSeconds).toBeGreaterThan(0);
  });

  it('ends all the same when letters are counted and never given, and says how many', async () => {
    sampled(25, new Set([0, 1]));
    expect(await hold().readAll(() => {}, never)).toEqual({ kind: 'some', read: 23, left: 2, hidden: 0 });
  });

  it('stops at its bound', async () => {
    sampled(1_000);
    const end = await hold(10).readAll(() => {}, never);
    expect(end.kind).toBe('bound');
    expect(end.read).toBeLessThan(50);
    expect(end.left).toBe(1_000 - end.read);
  });

  it('releases everything that it holds, with one look', async () => {
    const { handles } = sampled(25);
    const letters = hold();
    await letters.readAll(() => {}, never);
    await letters.release();
    const released = sqs
      .commandCalls(ChangeMessageVisibilityBatchCommand)
      .flatMap(({ args }) => args[0].input.Entries ?? [])
      .map(({ ReceiptHandle, VisibilityTimeout }) => [ReceiptHandle, VisibilityTimeout]);
    expect(released.sort()).toEqual(handles.map((handle) => [handle, 0]).sort());
  });

  it('gives a letter that comes twice once, and releases it by its newest receipt', async () => {
    let polls = 0;
    sqs.on(ReceiveMessageCommand).callsFake(() => {
      polls += 1;
      return polls <= 2 ? { Messages: [{ MessageId: 'm', ReceiptHandle: `h${polls}`, Body: 'x' }] } : {};
    });
    sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '0' } });
    sqs.on(ChangeMessageVisibilityBatchCommand).resolves({});
    const letters = hold();
    const given: string[] = [];
    await letters.readAll((letter) => void given.push(letter.messageId), never);
    await letters.release();
    expect(given).toEqual(['m']);
    expect(sqs.commandCalls(ChangeMessageVisibilityBatchCommand)[0]?.args[0].input.Entries?.[0]?.ReceiptHandle).toBe(
      'h2',
    );
  });
});
