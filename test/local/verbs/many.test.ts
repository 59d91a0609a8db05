import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CliUnderTest, startCliUnderTest } from '../support/relay-cli.ts';

const LETTERS = 10_000;
const ROOT = join(import.meta.dirname, '../../..');
let cli: CliUnderTest;
beforeAll(async () => {
  cli = await startCliUnderTest();
});
afterAll(() => cli.stop());

function letter(index: number): string {
  const input = [{ email: `p${index}@example.com`, notes: 'x'.repeat(1_000) }];
  return JSON.stringify({
    deadLetter: 1,
    relayId: `m${index}`,
    operation: 'syncLeads',
    failure: { level: 'record', code: '1003', message: `Invalid value for field 'rating' and value '${index}'` },
    message: { body: { path: '/rest/v1/leads.json', body: { input } }, attributes: {} },
    history: [],
  });
}

interface Listed {
  readonly stdout: string;
  readonly seconds: number;
  readonly status: number | null;
}

/** The command as a process of its own, as an operator runs it: gives what it printed, and how long it took. */
function list(onStart: (child: ChildProcess) => void = () => {}): Promise<Listed> {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const argv = [join(ROOT, 'bin/relay.ts'), 'dead-letters', 'list', '--local', '--json'];
    const child = spawn(process.execPath, argv, { cwd: cli.folder, stdio: ['ignore', 'pipe', 'ignore'] });
    onStart(child);
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
    });
    child.once('close', (status) => {
      resolve({ stdout, status, seconds: (performance.now() - startedMs) / 1_000 });
    });
  });
}

it(`lists ${LETTERS} letters in a few seconds, and leaves them all visible`, async () => {
  for (let start = 0; start < LETTERS; start += 100) {
    const batches = [...Array(10).keys()].map((batch) => {
      const Entries = [...Array(10).keys()].map((index) => ({
        Id: String(index),
        MessageBody: letter(start + batch * 10 + index),
      }));
      return cli.wire.sqs.send(new SendMessageBatchCommand({ QueueUrl: cli.wire.deadLetterQueueUrl, Entries }));
    });
    await Promise.all(batches);
  }

  const { stdout, seconds } = await list();

  expect(JSON.parse(stdout)).toMatchObject({ matched: LETTERS, complete: true, groups: [{ count: LETTERS }] });
  expect(await cli.deadCounts()).toEqual({ visible: LETTERS, hidden: 0 });
  // A few seconds on a quiet machine; other tests may have most of this one.
  expect(seconds).toBeLessThan(30);
});

it('shows them again at once at Ctrl-C, in the middle of reading', async () => {
  async function interruptWhileReading(child: ChildProcess): Promise<void> {
    while ((await cli.deadCounts()).hidden === 0 && child.exitCode === null) await sleep(5);
    child.kill('SIGINT');
  }

  const { status, stdout } = await list((child) => void interruptWhileReading(child));

  expect(status).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ complete: false });
  expect(await cli.deadCounts()).toEqual({ visible: LETTERS, hidden: 0 });
});
