import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleInto, PROJECT_ROOT } from '../../lib/cloud/bundle.ts';
import { awsEnvironment } from '../../lib/emulators/aws.ts';
import { type LocalQueues, startQueues } from '../../lib/emulators/queues.ts';
import { type LocalSecrets, startSecrets } from '../../lib/emulators/secrets.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import { signatureOf } from '../../lib/webhook/signature.ts';

const SECRET = `whsec_${Buffer.from('tainted-webhook-secret-0123').toString('base64')}`;
const BODY = '{"path":"/rest/v1/leads/describe.json"}';
/** Runs the handler in a process of its own, as Lambda does: what it writes is its log. */
const RUNTIME = `
import { handler } from './index.mjs';
const context = { getRemainingTimeInMillis: () => 20000, functionName: 'webhook', awsRequestId: '1' };
for (const event of JSON.parse(process.env.EVENTS)) {
  const { statusCode } = await handler(event, context);
  console.log('ANSWERED ' + statusCode);
}
`;

let folder: string;
let queues: LocalQueues;
let secrets: LocalSecrets;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'webhook-artifact-'));
  bundleInto(join(PROJECT_ROOT, 'functions', 'webhook.ts'), folder);
  writeFileSync(join(folder, 'runtime.mjs'), RUNTIME);
  [queues, secrets] = await Promise.all([startQueues(), startSecrets({ webhook: JSON.stringify({ secret: SECRET }) })]);
});
afterAll(async () => {
  await Promise.all([queues?.stop(), secrets?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

function event(secret: string, path = '/messages') {
  const time = Math.floor(Date.now() / 1000);
  const signature = signatureOf(new Secret(secret), 'order-4711', time, Buffer.from(BODY));
  return {
    path,
    body: BODY,
    isBase64Encoded: false,
    headers: {
      'content-type': 'application/json',
      'webhook-id': 'order-4711',
      'webhook-timestamp': String(time),
      'webhook-signature': signature,
    },
  };
}

describe('the bundle of the function that checks signatures', () => {
  it('runs on its own, and logs neither secret nor signature nor body', async () => {
    const endpoints = { sqs: queues.url, s3: queues.url, dynamodb: queues.url, secretsManager: secrets.url };
    const events = [
      event(SECRET),
      event(`whsec_${Buffer.alloc(24, 7).toString('base64')}`),
      event(SECRET, '/taint@example.com'),
    ];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['runtime.mjs'], {
      cwd: folder,
      env: {
        ...awsEnvironment(endpoints),
        QUEUE_URL: queues.queueUrl,
        WEBHOOK_SECRET_ID: 'webhook',
        POWERTOOLS_SERVICE_NAME: 'test',
        POWERTOOLS_METRICS_NAMESPACE: 'Test',
        POWERTOOLS_TRACE_ENABLED: 'false',
        EVENTS: JSON.stringify(events),
      },
    });
    const log = stdout + stderr;

    expect(log.match(/ANSWERED \d+/g)).toEqual(['ANSWERED 202', 'ANSWERED 401', 'ANSWERED 404']);
    expect(log).toContain('"relayId":"order-4711"');
    expect(log).not.toMatch(/whsec_|tainted|v1,|describe\.json|taint@/);
    expect(log).not.toContain(SECRET.slice(6));
  });
});
