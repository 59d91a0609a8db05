import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyEnvironment, awsEnvironment } from '../../lib/emulators/aws.ts';
import { type LocalQueues, startQueues } from '../../lib/emulators/queues.ts';
import { type LocalSecrets, startSecrets } from '../../lib/emulators/secrets.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import { type AwsClients, createAwsClients } from '../../lib/runtime/clients.ts';
import { createWebhookHandler, type WebhookEvent } from '../../lib/runtime/webhook.ts';
import { signatureOf } from '../../lib/webhook/signature.ts';

const ONE = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(24, 2).toString('base64')}`;
const SECRET_ID = 'webhook-secret';
const CONTEXT = { getRemainingTimeInMillis: () => 20_000 };
const MESSAGE = '{"path":"/rest/v1/leads/describe.json"}';

let queues: LocalQueues;
let secrets: LocalSecrets;
let clients: AwsClients;
let restore: () => void;
const logged: string[] = [];
const note = (...line: unknown[]): void => {
  logged.push(JSON.stringify(line));
};
const log = { debug: note, info: note, warn: note, error: note };

beforeAll(async () => {
  [queues, secrets] = await Promise.all([
    startQueues(),
    startSecrets({ [SECRET_ID]: JSON.stringify({ secret: ONE }) }),
  ]);
  const endpoints = { sqs: queues.url, s3: queues.url, dynamodb: queues.url, secretsManager: secrets.url };
  restore = applyEnvironment(process.env, awsEnvironment(endpoints));
  clients = createAwsClients();
});
afterAll(async () => {
  clients?.destroy();
  restore?.();
  await Promise.all([queues?.stop(), secrets?.stop()]);
});

function createHandler(more: Readonly<Record<string, string>> = {}) {
  return createWebhookHandler({ QUEUE_URL: queues.queueUrl, WEBHOOK_SECRET_ID: SECRET_ID, ...more }, { log });
}

/** As API Gateway hands it over: names of headers as the sender wrote them. */
function event(
  body: string | Uint8Array,
  changes: Partial<WebhookEvent> & { secret?: string; id?: string } = {},
): WebhookEvent {
  const { secret = ONE, id = 'order-4711', ...others } = changes;
  const bytes = Buffer.from(body as string);
  const time = Math.floor(Date.now() / 1000);
  return {
    path: '/messages',
    body: bytes.toString('utf8'),
    isBase64Encoded: false,
    headers: {
      'Content-Type': 'application/json',
      'Webhook-Id': id,
      'Webhook-Timestamp': String(time),
      'Webhook-Signature': signatureOf(new Secret(secret), id, time, bytes),
    },
    ...others,
  };
}

async function takeMessage(): Promise<string | undefined> {
  const { Messages } = await clients.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queues.queueUrl, WaitTimeSeconds: 0 }),
  );
  return Messages?.[0]?.Body;
}

describe('the function of the webhook intake', () => {
  it('puts what is signed on the queue', async () => {
    const { statusCode, headers, body } = await createHandler()(event(MESSAGE), CONTEXT);

    expect([statusCode, headers]).toEqual([202, { 'content-type': 'application/json', 'cache-control': 'no-store' }]);
    expect(JSON.parse(body)).toEqual({ relayId: 'order-4711', messageId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(await takeMessage()).toBe('{"path":"/rest/v1/leads/describe.json","id":"order-4711"}');
  });

  it('reads a body that API Gateway has encoded', async () => {
    const text = MESSAGE.replace('{', '{"query":{"name":"Zoë 💌"},');
    const encoded = { body: Buffer.from(text).toString('base64'), isBase64Encoded: true };
    expect(await createHandler()(event(text, encoded), CONTEXT)).toMatchObject({ statusCode: 202 });
    expect(JSON.parse((await takeMessage()) ?? '')).toMatchObject({ query: { name: 'Zoë 💌' } });
  });

  it('makes messages of the forms that it is told of', async () => {
    const handler = createHandler({ WEBHOOK_FORMS: '[{"name":"news","fields":{"mail":"email"}}]' });
    const body = 'mail=ada%40example.com';
    const signed = event(body, { path: '/forms/news' });
    const headers = { ...signed.headers, 'Content-Type': 'application/x-www-form-urlencoded' };
    expect(await handler({ ...signed, headers }, CONTEXT)).toMatchObject({ statusCode: 202 });
    expect(JSON.parse((await takeMessage()) ?? '')).toMatchObject({ body: { input: [{ email: 'ada@example.com' }] } });
  });

  it.each<[number, Partial<WebhookEvent> & { secret?: string }]>([
    [401, { secret: OTHER }],
    [401, { headers: {} }],
    [401, { headers: null as never }],
    [401, { body: null }],
    [404, { path: '/v1/messages' }],
  ])('answers %i and publishes nothing: %j', async (status, changes) => {
    expect(await createHandler()(event(MESSAGE, changes), CONTEXT)).toMatchObject({ statusCode: status });
    expect(await takeMessage()).toBeUndefined();
  });

  it('says that it could not publish', async () => {
    const handler = createHandler({ QUEUE_URL: `${queues.queueUrl}-missing` });
    expect(await handler(event(MESSAGE), CONTEXT)).toMatchObject({ statusCode: 503, headers: { 'retry-after': '30' } });
  });

  it('says that it has no secret, and lets nobody in', async () => {
    const handler = createHandler({ WEBHOOK_SECRET_ID: 'missing' });
    expect(await handler(event(MESSAGE), CONTEXT)).toMatchObject({ statusCode: 503 });
    expect(await takeMessage()).toBeUndefined();
  });

  it('names every setting that is missing or malformed, when it starts', () => {
    const start = () => createWebhookHandler({ WEBHOOK_FORMS: '[{"name":""}]' }, { log });
    expect(start).toThrow(/QUEUE_URL is missing; WEBHOOK_SECRET_ID is missing; WEBHOOK_FORMS \[0\]\.name/);
    expect(() => createHandler({ WEBHOOK_FORMS: 'none' })).toThrow(/WEBHOOK_FORMS the list/);
  });

  it('has logged no secret, signature or body', () => {
    expect(logged.length).toBeGreaterThan(5);
    expect(logged.join('\n')).not.toMatch(/whsec_|AQEBAQ|AgICAg|v1,|describe\.json|ada@/);
  });
});
