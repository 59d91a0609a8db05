import { ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { MAX_BATCH_ENTRIES } from '../../settings/policy.ts';
import type { MappingSettings } from './options.ts';

/** Deletes messages. One that could not be deleted comes again, as at-least-once delivery allows. */
async function acknowledge(settings: MappingSettings, records: readonly SQSRecord[]): Promise<void> {
  await eachBatch(settings, records, async (entries) => {
    const reply = await settings.client.send(
      new DeleteMessageBatchCommand({ QueueUrl: settings.queueUrl, Entries: entries }),
    );
    return reply.Failed?.length ?? 0;
  });
}

/** Makes messages visible again after so many seconds, instead of when their visibility timeout is over. */
async function release(settings: MappingSettings, records: readonly SQSRecord[], seconds: number): Promise<void> {
  await eachBatch(settings, records, async (entries) => {
    const reply = await settings.client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: settings.queueUrl,
        Entries: entries.map((entry) => ({ ...entry, VisibilityTimeout: seconds })),
      }),
    );
    return reply.Failed?.length ?? 0;
  });
}

async function eachBatch(
  settings: MappingSettings,
  records: readonly SQSRecord[],
  send: (entries: { Id: string; ReceiptHandle: string }[]) => Promise<number>,
): Promise<void> {
  for (let start = 0; start < records.length; start += MAX_BATCH_ENTRIES) {
    const entries = records
      .slice(start, start + MAX_BATCH_ENTRIES)
      .map((record, index) => ({ Id: String(index), ReceiptHandle: record.receiptHandle }));
    try {
      const failed = await send(entries);
      if (failed > 0) settings.onError(new Error(`SQS refused ${failed} of ${entries.length} entries of a batch.`));
    } catch (error) {
      settings.onError(error);
    }
  }
}

export { acknowledge, release };
