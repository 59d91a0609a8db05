import type { SQSRecord } from 'aws-lambda';
import type { MessageAttribute, QueueRecord } from '../message/queue.ts';

/** A record as Lambda's event source mapping spells it (Lambda: Using Lambda with Amazon SQS). */
function toQueueRecord(record: SQSRecord): QueueRecord {
  const attributes: Record<string, MessageAttribute> = {};
  for (const [name, { dataType, stringValue, binaryValue }] of Object.entries(record.messageAttributes ?? {})) {
    attributes[name] = {
      dataType,
      ...(stringValue !== undefined && { stringValue }),
      ...(binaryValue !== undefined && { binaryValue }),
    };
  }
  return {
    messageId: record.messageId,
    receiptHandle: record.receiptHandle,
    body: record.body,
    attributes,
    receiveCount: Number(record.attributes.ApproximateReceiveCount),
    sentAtMs: Number(record.attributes.SentTimestamp),
  };
}

export { toQueueRecord };
