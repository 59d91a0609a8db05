/**
 * A Lambda function that reads the results queue and stores Marketo's id of each record. Results come at least once, so it
 * remembers what it has done, in a DynamoDB table whose partition key is `pk`: set TABLE_NAME.
 */
import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Result, ResultPointer } from 'marketo-relay/publisher';

const dynamoDb = new DynamoDBClient({});
const TableName = process.env.TABLE_NAME ?? '';
/** As long as SQS can keep a result. */
const REMEMBERED_SECONDS = 14 * 86_400;

/** One part of a result, by the key that is the same however often it is told. */
function partsOf(result: Result): readonly { readonly key: string; readonly outcome: string; readonly id?: string }[] {
  const { relayId, records, page, status } = result;
  if (records === undefined) return [{ key: page ? `${relayId}#page-${page.number}` : relayId, outcome: status }];
  return records.map(({ position, outcome, id }) => ({
    key: `${relayId}#${position}`,
    outcome,
    ...(id !== undefined && { id }),
  }));
}

/** @returns false when it was done before. */
async function once(key: string, outcome: string, id: string | undefined): Promise<boolean> {
  const expiresAt = Math.floor(Date.now() / 1_000) + REMEMBERED_SECONDS;
  try {
    await dynamoDb.send(
      new PutItemCommand({
        TableName,
        Item: {
          pk: { S: key },
          outcome: { S: outcome },
          ...(id !== undefined && { marketoId: { S: id } }),
          expiresAt: { N: String(expiresAt) },
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Tells Lambda which results are to come again: the others are done. */
export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, body } of Records) {
    try {
      const told = JSON.parse(body) as Result | ResultPointer;
      // The whole of a large one lies in S3: fetch it from there where records are what is wanted.
      if ('object' in told) continue;
      for (const { key, outcome, id } of partsOf(told)) await once(key, outcome, id);
    } catch (error) {
      process.stderr.write(`${messageId}: ${error}\n`);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}
