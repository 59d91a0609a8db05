import { describe, expect, it } from 'vitest';
import { recordBytes, toLambdaRecord } from '../../../lib/emulators/event-source-mapping/records.ts';

const source = { queueArn: 'arn:aws:sqs:us-east-1:000000000000:requests', region: 'us-east-1' };

describe('a Lambda record', () => {
  it('has the shape that Lambda documents', () => {
    const record = toLambdaRecord(
      {
        MessageId: 'm-1',
        ReceiptHandle: 'r-1',
        Body: '{}',
        MD5OfBody: '99914b932bd37a50b983c5e7c90ae93b',
        MD5OfMessageAttributes: 'abc',
        Attributes: {
          ApproximateReceiveCount: '3',
          SentTimestamp: '1700000000000',
          SenderId: '000000000000',
          ApproximateFirstReceiveTimestamp: '1700000000500',
        },
        MessageAttributes: {
          kind: { DataType: 'String', StringValue: 'lead' },
          bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
        },
      },
      source,
    );

    expect(record).toEqual({
      messageId: 'm-1',
      receiptHandle: 'r-1',
      body: '{}',
      attributes: {
        ApproximateReceiveCount: '3',
        SentTimestamp: '1700000000000',
        SenderId: '000000000000',
        ApproximateFirstReceiveTimestamp: '1700000000500',
      },
      messageAttributes: {
        kind: { stringValue: 'lead', stringListValues: [], binaryListValues: [], dataType: 'String' },
        bytes: { binaryValue: 'AP8=', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
      },
      md5OfBody: '99914b932bd37a50b983c5e7c90ae93b',
      md5OfMessageAttributes: 'abc',
      eventSource: 'aws:sqs',
      eventSourceARN: source.queueArn,
      awsRegion: 'us-east-1',
    });
  });

  it('weighs what its JSON weighs in UTF-8', () => {
    const small = toLambdaRecord({ Body: 'e' }, source);
    const accented = toLambdaRecord({ Body: 'é' }, source);

    expect(recordBytes(accented) - recordBytes(small)).toBe(1);
  });
});
