import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { main } from '../../../lib/local/cli/main.ts';
import { runRelay } from '../../../lib/local/main.ts';

const folder = mkdtempSync(join(tmpdir(), 'relay-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MESSAGES = [
  {
    id: 'order-1',
    path: '/rest/v1/leads.json',
    body: { input: [{ email: 'Grace.Hopper@example.com', shoeSize: 40 }] },
  },
  { id: 'order-2', path: '/rest/v1/leads.json', body: { input: [{ email: 'Ada@example.com' }] } },
];

const sink = () => {
  let written = '';
  return {
    stream: {
      write(text: string, done?: () => void) {
        written += text;
        done?.();
      },
    },
    text: () => written,
  };
};

it('a run ends with how to find any of its records, and that command works', async () => {
  const out = sink();
  await main(['--messages', '-'], {
    stdout: out.stream,
    stderr: sink().stream,
    stdin: (async function* () {
      yield MESSAGES.map((message) => `${JSON.stringify(message)}\n`).join('');
    })(),
    env: {},
    folder,
    onInterrupt: () => {},
  });
  const [, args = ''] = /\nfind any of them: npm run relay -- (find .*)\n$/.exec(out.text()) ?? [];
  // The first that was delivered: Grace's record is dead.
  expect(args).toBe('find Ada@example.com --journal .marketo-relay/last-run');

  const found = sink();
  const status = await runRelay(args.split(' '), {
    stdout: found.stream as never,
    stderr: sink().stream,
    env: {},
    folder,
    clock: { nowMs: () => Date.now(), sleep: async () => {} },
    who: 'ann@laptop',
    version: '0.1.0',
    onInterrupt: () => () => {},
    edit: async () => 0,
    openTarget: () => Promise.reject(new Error('it needs no relay')),
  });
  expect([status, found.text()]).toEqual([
    0,
    expect.stringMatching(/^order-2 \[0\] {2}syncLeads {2}delivered {2}Marketo id \d+ created/),
  ]);
}, 60_000);
