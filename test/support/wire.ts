import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  ScanCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LOCAL_CREDENTIALS, LOCAL_REGION, type LocalEndpoints } from '../../lib/emulators/aws.ts';
import { startQueues } from '../../lib/emulators/queues.ts';
import { startSecrets } from '../../lib/emulators/secrets.ts';
import { startTable } from '../../lib/emulators/table.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import { SETTING_NAMES, type SettingName } from '../../lib/settings/names.ts';
import { MAX_MESSAGE_BYTES } from '../../lib/settings/policy.ts';

/** Servers that speak SQS's and DynamoDB's protocols, in place of the embedded ones. */
interface OtherServers {
  readonly sqsUrl?: string | undefined;
  readonly dynamodbUrl?: string | undefined;
}

interface MarketoAccess {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Queues, table, bucket and secret, over the wire that AWS has. */
interface Wire {
  readonly endpoints: LocalEndpoints;
  readonly sqs: SQSClient;
  readonly dynamodb: DynamoDBClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly deadLetterQueueUrl: string;
  readonly resultsQueueUrl: string;
  readonly tableName: string;
  readonly bucketName: string;
  readonly journal: {
    readonly bucketName: string;
    readonly salt: Secret;
    readonly settings: Partial<Record<SettingName, string>>;
  };
  /** Whether the queues are the embedded ones, which show what lies on them without a receive. */
  readonly hasInspection: boolean;
  /** The delivery function's settings that have no default. */
  settingsFor(marketo: MarketoAccess): Partial<Record<SettingName, string>>;
  /** Forgets permits, token and send-once records. */
  clearTable(): Promise<void>;
  stop(): Promise<void>;
}

interface WireOptions {
  readonly marketo: MarketoAccess;
  /** @default 30 */
  readonly visibilityTimeoutSeconds?: number;
  /** @default the embedded ones */
  readonly servers?: OtherServers;
}

const SECRET_NAME = 'marketo-relay/credentials';
const SALT_NAME = 'marketo-relay/journal-salt';

async function startWire({ marketo, visibilityTimeoutSeconds = 30, servers = {} }: WireOptions): Promise<Wire> {
  const { sqsUrl, dynamodbUrl } = servers;
  const embedded = await startQueues({ visibilityTimeoutSeconds });
  const table = await startTable();
  const { clientId, clientSecret } = marketo;
  const salt = new Secret('0123456789abcdef'.repeat(4));
  const secrets = await startSecrets({
    [SECRET_NAME]: JSON.stringify({ clientId, clientSecret }),
    [SALT_NAME]: salt.reveal(),
  });
  const endpoints = {
    sqs: sqsUrl ?? embedded.url,
    s3: embedded.url,
    dynamodb: dynamodbUrl ?? table.url,
    secretsManager: secrets.url,
  };
  const access = { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  const sqs = new SQSClient({ ...access, endpoint: endpoints.sqs });
  const dynamodb = new DynamoDBClient({ ...access, endpoint: endpoints.dynamodb });
  // Servers outside this process may hold what an earlier run left.
  const suffix = `${Date.now().toString(36)}-${process.pid}`;
  const queues = sqsUrl === undefined ? embedded : await createQueues(sqs, suffix, visibilityTimeoutSeconds);
  const tableName = dynamodbUrl === undefined ? table.tableName : await createTable(dynamodb, suffix);
  return {
    endpoints,
    sqs,
    dynamodb,
    queueUrl: queues.queueUrl,
    queueArn: queues.queueArn,
    deadLetterQueueUrl: queues.deadLetterQueueUrl,
    resultsQueueUrl: queues.resultsQueueUrl,
    tableName,
    bucketName: embedded.bucketName,
    journal: {
      bucketName: embedded.journalBucketName,
      salt,
      settings: {
        [SETTING_NAMES.journalBucketName]: embedded.journalBucketName,
        [SETTING_NAMES.journalSaltSecretId]: SALT_NAME,
      },
    },
    hasInspection: sqsUrl === undefined,
    settingsFor: ({ url }) => ({
      [SETTING_NAMES.marketoBaseUrl]: url,
      [SETTING_NAMES.marketoSecretId]: SECRET_NAME,
      [SETTING_NAMES.queueUrl]: queues.queueUrl,
      [SETTING_NAMES.deadLetterQueueUrl]: queues.deadLetterQueueUrl,
      [SETTING_NAMES.ledgerTableName]: tableName,
      [SETTING_NAMES.overflowBucketName]: embedded.bucketName,
      [SETTING_NAMES.resultsQueueUrl]: queues.resultsQueueUrl,
    }),
    clearTable: () => clearTable(dynamodb, tableName),
    async stop() {
      sqs.destroy();
      dynamodb.destroy();
      await Promise.all([embedded.stop(), table.stop(), secrets.stop()]);
    },
  };
}

async function createQueues(sqs: SQSClient, suffix: string, visibilityTimeoutSeconds: number) {
  const create = async (name: string, attributes: Record<string, string> = {}): Promise<string> => {
    const Attributes = { MaximumMessageSize: String(MAX_MESSAGE_BYTES), ...attributes };
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    return QueueUrl;
  };
  const arnOf = async (QueueUrl: string): Promise<string> => {
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    return Attributes?.QueueArn ?? '';
  };
  const deadLetterQueueUrl = await create(`requests-${suffix}-dead-letters`);
  const resultsQueueUrl = await create(`requests-${suffix}-results`);
  const queueUrl = await create(`requests-${suffix}`, {
    VisibilityTimeout: String(visibilityTimeoutSeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: await arnOf(deadLetterQueueUrl), maxReceiveCount: 10 }),
  });
  return { queueUrl, deadLetterQueueUrl, resultsQueueUrl, queueArn: await arnOf(queueUrl) };
}

async function createTable(client: DynamoDBClient, suffix: string): Promise<string> {
  const TableName = `ledger-${suffix}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
  await waitUntilTableExists({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 20 }, { TableName });
  return TableName;
}

async function clearTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  for (const { pk } of Items) {
    if (pk !== undefined) await client.send(new DeleteItemCommand({ TableName, Key: { pk } }));
  }
}

export type { MarketoAccess, OtherServers, Wire };
export { startWire };
