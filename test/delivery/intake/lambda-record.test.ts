import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { toReceivedMessage } from '../../../lib/delivery/intake/lambda-record.ts';

const NOW_MS = Date.parse('2027-01-01T00:00:00Z');

function record(overrides: object = {}): SQSRecord {
  return {
    messageId: 'm1',
    receiptHandle: 'r1',
    body: '{}',
    attributes: { ApproximateReceiveCount: '3', SentTimestamp: String(NOW_MS - 5_000) },
    messageAttributes: { source: { dataType: 'String', stringValue: 'crm' } },
    ...overrides,
  } as unknown as SQSRecord;
}

describe('a record of Lambda', () => {
  it('becomes a record of the queue', () => {
    expect(toReceivedMessage(record(), NOW_MS)).toEqual({
      messageId: 'm1',
      receiptHandle: 'r1',
      body: '{}',
      attributes: { source: { dataType: 'String', stringValue: 'crm' } },
      receiveCount: 3,
      sentAtMs: NOW_MS - 5_000,
    });
  });

  it.each(['', 'abc', '-1', '1e400', '0.5', undefined])('counts as new when its numbers are none (%j)', (text) => {
    const attributes = { ApproximateReceiveCount: text, SentTimestamp: text };

    expect(toReceivedMessage(record({ attributes }), NOW_MS)).toMatchObject({ receiveCount: 1, sentAtMs: NOW_MS });
  });

  it('keeps attributes whose names every object has by inheritance', () => {
    const names = ['constructor', '__proto__', 'toString'];
    const entries = names.map((name) => [name, { dataType: 'String', stringValue: 'x' }]);

    const { attributes } = toReceivedMessage(record({ messageAttributes: Object.fromEntries(entries) }), NOW_MS);

    expect(Object.keys(attributes).sort()).toEqual([...names].sort());
  });

  it('keeps a send time that is ahead of its clock by a little, so that all workers read the same, and none that is far ahead', () => {
    const sentAtMs = (aheadMs: number): number => {
      const attributes = { SentTimestamp: String(NOW_MS + aheadMs) };
      return toReceivedMessage(record({ attributes }), NOW_MS).sentAtMs;
    };
    expect([200, 5_000, 6_000].map(sentAtMs)).toEqual([NOW_MS + 200, NOW_MS + 5_000, NOW_MS]);
  });
});
