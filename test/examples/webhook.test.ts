import { execFile, spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeServer, listenOnLoopback } from '../../lib/emulators/loopback.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import { checkMessageText } from '../../lib/message/check-message.ts';
import { receivePost } from '../../lib/webhook/receive.ts';

const ROOT = join(import.meta.dirname, '../..');
const SECRET = `whsec_${Buffer.from([0, 255, 10, ...Array.from({ length: 29 }, (_, n) => n * 8)]).toString('base64')}`;
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const EXAMPLES = [
  { file: 'webhook.py', command: ['python3'], needs: ['python3', '--version'] },
  { file: 'webhook.sh', command: ['sh'], needs: ['sh', '-c', 'curl --version && openssl version'] },
] as const;

let server: Server;
let url: string;
let published: string[] = [];
let failures = 0;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    failures -= 1;
    const isDown = failures >= 0;
    const { status, headers, body } = await receivePost(
      {
        path: request.url ?? '',
        headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
        body: Buffer.concat(chunks),
      },
      {
        forms: [],
        signature: 'always',
        secrets: async () => [new Secret(SECRET)],
        publish: async (text) => {
          if (isDown) return { kind: 'unknown', detail: 'down' };
          published.push(text);
          return { kind: 'accepted', messageId: 'sqs-1' };
        },
        nowMs: Date.now,
        log: SILENT,
      },
    );
    response.writeHead(status, headers).end(body);
  });
  url = await listenOnLoopback(server, 0);
});
afterAll(() => closeServer(server));

async function run(file: string, [command = '', ...args]: readonly string[], secret = SECRET) {
  published = [];
  const env = { PATH: process.env.PATH, WEBHOOK_URL: `${url}/`, WEBHOOK_SECRET: secret };
  const program = [...args, join(ROOT, 'examples', 'publish', file)];
  return promisify(execFile)(command, program, { env, cwd: ROOT }).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      text: error.stdout + error.stderr,
    }),
  );
}

describe('the examples that sign', () => {
  for (const { file, command, needs } of EXAMPLES) {
    const [tool, ...options] = needs;
    if (spawnSync(tool, options).status !== 0) {
      it.skip(`${file} needs ${needs.join(' ')}`, () => undefined);
      continue;
    }

    it(`${file} posts a message that the relay takes`, async () => {
      failures = 0;
      const { code, text } = await run(file, command);
      expect([code, text]).toEqual([0, expect.stringContaining('signup-4711')]);
      expect(published.map((body) => checkMessageText(body))).toMatchObject([{ kind: 'valid', id: 'signup-4711' }]);
    });

    it(`${file} fails, and says why, with another secret`, async () => {
      failures = 0;
      const { code, text } = await run(file, command, Buffer.alloc(24, 1).toString('base64'));
      expect(code).not.toBe(0);
      expect(text).toContain('webhook-signature');
      expect(published).toEqual([]);
    });
  }

  it.skipIf(spawnSync('python3', ['--version']).status !== 0)(
    'webhook.py sends again what nobody answered for',
    async () => {
      failures = 1;
      expect(await run('webhook.py', ['python3'])).toMatchObject({ code: 0 });
      expect(published).toHaveLength(1);
    },
  );
});
