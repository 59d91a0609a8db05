import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment, LOCAL_CREDENTIALS, LOCAL_REGION } from '../../lib/emulators/aws.ts';
import { type LocalQueues, startQueues } from '../../lib/emulators/queues.ts';
import { checkMessageText } from '../../lib/message/check-message.ts';

const ROOT = join(import.meta.dirname, '../..');
const FETCHED = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'marketo-relay',
  'aws-python-1.45.11',
  'bin',
);
const PATH = [join(ROOT, 'node_modules', '.bin'), ...(existsSync(FETCHED) ? [FETCHED] : []), process.env.PATH].join(
  ':',
);

const EXAMPLES = [
  { file: 'publish.ts', command: ['node', '--import', './test/examples/self.mjs'], needs: undefined },
  { file: 'publish.py', command: ['python3'], needs: ['python3', '-c', 'import boto3'] },
  { file: 'publish.sh', command: ['sh'], needs: ['aws', '--version'] },
] as const;

const scratch = mkdtempSync(join(tmpdir(), 'publish-examples-'));
let queues: LocalQueues;
let client: SQSClient;

beforeAll(async () => {
  queues = await startQueues({ visibilityTimeoutSeconds: 3_600 });
  // Version 1 of the command line knows no variable for the endpoint (1.45.11), only its option.
  const aws = spawnSync('sh', ['-c', 'command -v aws'], {
    env: { ...process.env, PATH },
    encoding: 'utf8',
  }).stdout.trim();
  writeFileSync(join(scratch, 'aws'), `#!/bin/sh\nexec '${aws}' --endpoint-url '${queues.url}' "$@"\n`, {
    mode: 0o755,
  });
  client = new SQSClient({ endpoint: queues.url, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
});
afterAll(async () => {
  client?.destroy();
  await queues?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** What is on the queue now, and hidden from then on. */
async function received(): Promise<readonly string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queues.queueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body = '' }) => Body));
  }
}

function isHere([command, ...args]: readonly string[]): boolean {
  return command !== undefined && spawnSync(command, args, { env: { ...process.env, PATH } }).status === 0;
}

describe('the examples that publish', () => {
  for (const { file, command, needs } of EXAMPLES) {
    if (needs !== undefined && !isHere(needs)) {
      it.skip(`${file} needs ${needs.join(' ')}: see test/second-tier/aws-python.sh`, () => undefined);
      continue;
    }
    it(`${file} puts three messages on the queue that the relay takes`, async () => {
      const [program, ...args] = command;
      const endpoints = { sqs: queues.url, s3: queues.url, dynamodb: queues.url, secretsManager: queues.url };
      const env = {
        ...process.env,
        ...awsEnvironment(endpoints),
        PATH: `${scratch}:${PATH}`,
        QUEUE_URL: queues.queueUrl,
      };

      await promisify(execFile)(program, [...args, join('examples', 'publish', file)], { cwd: ROOT, env });

      const bodies = await received();
      expect(bodies.map((body) => checkMessageText(body).kind)).toEqual(['valid', 'valid', 'valid']);
      const requests = bodies.map((body) => JSON.parse(body) as { id?: string; path: string });
      expect(requests.map(({ path }) => path).sort()).toEqual([
        '/rest/v1/campaigns/1001/trigger.json',
        '/rest/v1/leads.json',
        '/rest/v1/lists/1001/leads.json',
      ]);
      expect(requests.find(({ path }) => path.includes('campaigns'))?.id).toBe('order-4711-thanks');
    });
  }
});
