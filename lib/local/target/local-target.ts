import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { LOCAL_CREDENTIALS } from '../../emulators/aws.ts';
import { failed } from '../verb-failure.ts';
import type { RelayTarget } from './target.ts';

/** Nothing local listens anywhere else; a file that names another host is not the relay's. */
const loopbackUrl = z.url().refine((url) => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname));

/** What a serving relay writes of itself, for the commands in other terminals. Members that are not named here may follow. */
const descriptorSchema = z.looseObject({
  version: z.literal(1),
  pid: z.int().min(1),
  queueUrl: loopbackUrl,
  deadLetterQueueUrl: loopbackUrl,
  backfillQueueUrl: loopbackUrl.optional(),
  ledgerTableName: z.string().min(1),
  overflowBucketName: z.string().min(1),
  secretName: z.string().min(1),
  journalBucketName: z.string().min(1).optional(),
  journalSaltName: z.string().min(1).optional(),
  baseUrl: z.url(),
  subscription: z.string().min(1),
  endpoints: z.object({ sqs: loopbackUrl, dynamodb: loopbackUrl, s3: loopbackUrl, secretsManager: loopbackUrl }),
  region: z.string().min(1),
  controlUrl: loopbackUrl,
  controlToken: z.string().min(1),
});

const DESCRIPTOR_NAME = 'local.json';
const START = 'start one with `npm start -- --serve`';

/** @param state - the folder that holds the descriptor, below `folder` unless it is absolute */
async function openLocal(folder: string, state: string): Promise<RelayTarget> {
  const path = join(resolve(folder, state), DESCRIPTOR_NAME);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      throw failed('failed', `no relay serves here: there is no ${path}; ${START}, in this folder or with --state`);
    }
    throw failed('failed', `${path} cannot be read: ${error.message}`);
  });
  const read = descriptorSchema.safeParse(parseOrUndefined(text));
  if (!read.success) {
    const where = read.error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ');
    throw failed('failed', `${path} is not what a serving relay writes (${where}): remove it, and ${START}`);
  }
  const { data } = read;
  if (!isAlive(data.pid)) {
    throw failed('failed', `the relay that wrote ${path} has ended (process ${data.pid}): ${START}`);
  }
  const access = { region: data.region, credentials: LOCAL_CREDENTIALS };
  const clients = {
    // Checking the digest of every body again finds nothing on this machine, and takes half of the time of a long list.
    sqs: new SQSClient({ ...access, endpoint: data.endpoints.sqs, md5: false }),
    dynamoDb: new DynamoDBClient({ ...access, endpoint: data.endpoints.dynamodb }),
    s3: new S3Client({ ...access, endpoint: data.endpoints.s3, forcePathStyle: true }),
    secretsManager: new SecretsManagerClient({ ...access, endpoint: data.endpoints.secretsManager }),
  };
  return {
    kind: 'local',
    name: state,
    queueUrl: data.queueUrl,
    deadLetterQueueUrl: data.deadLetterQueueUrl,
    ...(data.backfillQueueUrl === undefined ? {} : { backfillQueueUrl: data.backfillQueueUrl }),
    ledgerTableName: data.ledgerTableName,
    overflowBucketName: data.overflowBucketName,
    secretName: data.secretName,
    baseUrl: data.baseUrl,
    subscription: data.subscription,
    ...journalOf(data),
    clients,
    control: { url: data.controlUrl, token: data.controlToken },
    close: () => Object.values(clients).map((client) => client.destroy()),
  };
}

/** A relay of an older version has none. */
function journalOf({
  journalBucketName: bucketName,
  journalSaltName: saltName,
}: z.infer<typeof descriptorSchema>): Pick<RelayTarget, 'journal'> {
  return bucketName === undefined || saltName === undefined ? {} : { journal: { bucketName, saltName } };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Signal 0 asks and does nothing. EPERM: it is there, and somebody else's. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export { DESCRIPTOR_NAME, openLocal };
