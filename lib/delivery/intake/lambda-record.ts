import type { SQSRecord } from 'aws-lambda';
import type { MessageAttribute, ReceivedMessage } from '../../message/queue.ts';
import { CLOCK_DIFFERENCE_MS } from '../../settings/policy.ts';

/**
 * A received message from a record of Lambda's event source mapping (Lambda: Using Lambda with Amazon SQS). Numbers travel
 * as strings; a receive count that is not a number counts as 1, and such a send time as now. A send time that is ahead of this clock by
 * a little stays: it names the order of messages, and each worker must read the same.
 */
function toReceivedMessage(record: SQSRecord, nowMs: number): ReceivedMessage {
  // Not by assignment: SQS allows an attribute with the name `__proto__`.
  const attributes = Object.fromEntries(
    Object.entries(record.messageAttributes ?? {}).map(([name, { dataType, stringValue, binaryValue }]) => {
      const attribute: MessageAttribute = {
        dataType,
        ...(stringValue !== undefined && { stringValue }),
        ...(binaryValue !== undefined && { binaryValue }),
      };
      return [name, attribute];
    }),
  );
  return {
    messageId: record.messageId,
    receiptHandle: record.receiptHandle,
    body: record.body,
    attributes,
    receiveCount: wholeWithin(record.attributes?.ApproximateReceiveCount, 1, Number.MAX_SAFE_INTEGER) ?? 1,
    sentAtMs: wholeWithin(record.attributes?.SentTimestamp, 0, nowMs + CLOCK_DIFFERENCE_MS) ?? nowMs,
  };
}

function wholeWithin(text: string | undefined, least: number, most: number): number | undefined {
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

export { toReceivedMessage };
