import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';

/**
 * What is compared with: the SDK's clients that any such function needs, and as many requests as the relay's first
 * invocation makes, one after the other. No relay, no log, no checks.
 */
const dynamoDb = new DynamoDBClient({});
const sqs = new SQSClient({});
const secretsManager = new SecretsManagerClient({});
const { MARKETO_BASE_URL: baseUrl, MARKETO_SECRET_ID: secretId, LEDGER_TABLE_NAME: TableName } = process.env;

async function handler(event: { readonly Records: readonly { readonly body: string }[] }): Promise<object> {
  const { SecretString = '{}' } = await secretsManager.send(new GetSecretValueCommand({ SecretId: secretId }));
  const { clientId, clientSecret } = JSON.parse(SecretString) as Record<string, string>;
  const Key = { pk: { S: 'bare' } };
  for (let read = 0; read < 2; read++)
    await dynamoDb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  for (let write = 0; write < 3; write++)
    await dynamoDb.send(new PutItemCommand({ TableName, Item: { ...Key, n: { N: '1' } } }));
  const set = { UpdateExpression: 'SET n = :n', ExpressionAttributeValues: { ':n': { N: '2' } } };
  await dynamoDb.send(new UpdateItemCommand({ TableName, Key, ...set }));
  const identity = `${baseUrl}/identity/oauth/token?grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`;
  const { access_token: token } = (await (await fetch(identity)).json()) as { access_token: string };
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const input = event.Records.flatMap(({ body }) => JSON.parse(body).body.input);
  const sent = { method: 'POST', headers, body: JSON.stringify({ input }) };
  await (await fetch(`${baseUrl}/rest/v1/leads.json`, sent)).json();
  return { batchItemFailures: [] };
}

export { handler, SendMessageBatchCommand, sqs };
