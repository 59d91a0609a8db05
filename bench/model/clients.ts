import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { createS3Stores, type LoadS3Stores } from '../../lib/aws/s3-stores.ts';
import { ModelTable } from '../../lib/simulation/model/table.ts';
import { between } from '../../lib/simulation/seeded.ts';
import { readUnitsOf, valueBytes, writeUnitsOf } from '../rate/capacity-units.ts';
import { sqsRequests, type Tally } from './tally.ts';

type Item = Record<string, AttributeValue>;
type Sleep = (durationMs: number) => Promise<void>;

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: {
    readonly Key?: Item;
    readonly Item?: Item;
    readonly ReturnValues?: string;
    readonly Body?: unknown;
    readonly QueueUrl?: string;
    readonly Entries?: readonly {
      readonly Id?: string;
      readonly MessageBody?: string;
      readonly DelaySeconds?: number;
      readonly MessageAttributes?: object;
    }[];
  };
}

/** As AWS answers within a region, on a good day. */
const TABLE_MS = [4, 12] as const;
const QUEUE_MS = [5, 25] as const;
const STORE_MS = [15, 60] as const;

/** One table for all workers, which counts what DynamoDB would bill. */
function createTable(tally: Tally, sleep: Sleep, random: () => number): DynamoDBClient {
  const table = new ModelTable();
  const bytesAt = (pk: string): number => {
    const item = table.items.get(pk) ?? {};
    return Object.entries(item).reduce((sum, [name, value]) => sum + name.length + valueBytes(value), 0);
  };
  async function send(command: Command): Promise<unknown> {
    await sleep(between(random, ...TABLE_MS) / 2);
    const { input } = command;
    const pk = (input.Key ?? input.Item)?.pk?.S ?? '';
    const before = bytesAt(pk);
    const { dynamoDb } = tally;
    try {
      const result = table.execute(command);
      return input.ReturnValues === 'ALL_NEW' ? { ...result, Attributes: table.items.get(pk) } : result;
    } finally {
      if (command.constructor.name === 'GetItemCommand') {
        dynamoDb.reads += 1;
        dynamoDb.readUnits += readUnitsOf(before);
      } else {
        const bytes = Math.max(before, bytesAt(pk));
        dynamoDb.writes += 1;
        dynamoDb.writeUnits += writeUnitsOf(bytes);
        dynamoDb.largestItemBytes = Math.max(dynamoDb.largestItemBytes, bytes);
      }
      await sleep(between(random, ...TABLE_MS) / 2);
    }
  }
  return { send } as unknown as DynamoDBClient;
}

interface Sent {
  readonly queueUrl: string;
  readonly body: string;
  readonly attributes: object;
  readonly delaySeconds: number;
}

/** What the relay itself sends: retry messages and dead letters. */
function createQueues(
  tally: Tally,
  sleep: Sleep,
  random: () => number,
  told: { requeued(message: Sent): void; isLetters(queueUrl: string): boolean },
): SQSClient {
  async function send({ input: { QueueUrl = '', Entries = [] } }: Command): Promise<unknown> {
    await sleep(between(random, ...QUEUE_MS));
    if (Entries.length === 0) {
      tally.sqs.byRelay += 1;
      return { Attributes: { ApproximateNumberOfMessages: '0' } };
    }
    const bytes = Entries.reduce((sum, { MessageBody = '' }) => sum + Buffer.byteLength(MessageBody), 0);
    tally.sqs.byRelay += sqsRequests(1, bytes);
    for (const { MessageBody, MessageAttributes = {}, DelaySeconds = 0 } of Entries) {
      if (MessageBody === undefined) continue;
      if (told.isLetters(QueueUrl)) tally.letters += 1;
      else
        told.requeued({
          queueUrl: QueueUrl,
          body: MessageBody,
          attributes: MessageAttributes,
          delaySeconds: DelaySeconds,
        });
    }
    return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
  }
  return { send } as unknown as SQSClient;
}

function createBucket(tally: Tally, sleep: Sleep, random: () => number): LoadS3Stores {
  async function send({ input: { Body } }: Command): Promise<unknown> {
    await sleep(between(random, ...STORE_MS));
    tally.s3.puts += 1;
    tally.s3.bytes += Body instanceof Uint8Array ? Body.byteLength : Buffer.byteLength(String(Body));
    return {};
  }
  return async () => createS3Stores({ send } as unknown as S3Client);
}

function createSecret(tally: Tally, sleep: Sleep, random: () => number): SecretsManagerClient {
  async function send(): Promise<unknown> {
    tally.secretReads += 1;
    await sleep(between(random, ...STORE_MS));
    return { SecretString: JSON.stringify({ clientId: 'bench', clientSecret: 'bench-secret' }), VersionId: '1' };
  }
  return { send } as unknown as SecretsManagerClient;
}

export type { Sent };
export { createBucket, createQueues, createSecret, createTable, QUEUE_MS, STORE_MS, TABLE_MS };
