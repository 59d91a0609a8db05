import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incidentMessages } from '../../examples/incident.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../lib/emulators/aws.ts';
import { countQueue } from '../../lib/local/queue-counts.ts';

const ROOT = join(import.meta.dirname, '../..');
const RUNBOOK = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8');
const WHOLE_RUN_MS = 240_000;

/** What the runbook has after a mark: the commands, and the output that it shows for them. */
function part(name: string): { readonly commands: readonly string[]; readonly shown: readonly string[] } {
  const [, after = ''] = RUNBOOK.split(`<!-- incident: ${name} -->\n`);
  const [own = ''] = after.split('<!-- incident: ');
  const fenced = (kind: string) =>
    new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\``, 'm').exec(own)?.[1]?.trimEnd().split('\n') ?? [];
  return { commands: fenced('sh'), shown: fenced('text') };
}

/** Lines of output that are the same in each run: no times, ports or ids in them. */
const LASTING = [/^ *\d+ {2}\d{4} {2}\w/, /^ {2}\d{4} +\d+ {3}/, /^\d+ dead letters in /, /^Sent \d+ of /];
const lasting = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => LASTING.some((pattern) => pattern.test(line)));

let folder: string;
let serving: ChildProcess;
let served = '';
let environment: NodeJS.ProcessEnv;
let sqs: SQSClient;

/** A checkout of its own: the relay keeps its state in the folder that it is started in. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'incident-'));
  for (const name of ['package.json', 'bin', 'lib', 'examples', 'exports', 'node_modules'])
    symlinkSync(join(ROOT, name), join(folder, name));
  const [command = ''] = part('serve').commands;
  serving = spawn('bash', ['-c', command], { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    serving.once('exit', (code) => reject(new Error(`the relay ended with ${code}: ${served}`)));
    const take = (chunk: unknown): void => {
      served += String(chunk);
      if (served.includes('Ctrl-C ends it')) resolve();
    };
    serving.stdout?.on('data', take);
    // Here it tells what becomes of each message.
    serving.stderr?.on('data', take);
  });
  environment = { ...process.env, ...exported(served), AWS_PROFILE: undefined };
  sqs = new SQSClient({
    endpoint: environment.AWS_ENDPOINT_URL_SQS ?? '',
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
}, 90_000);

afterAll(async () => {
  sqs?.destroy();
  const ended = new Promise((resolve) => serving.once('exit', resolve));
  // The shell, npm and the relay are one process group.
  if (serving.pid !== undefined && serving.exitCode === null) {
    process.kill(-serving.pid, 'SIGKILL');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** The lines to copy: `export NAME=value NAME=value`. */
function exported(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.startsWith('  export '));
  return Object.fromEntries(
    lines.flatMap((line) => [...line.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value])),
  );
}

/** Runs the commands of a part as they stand. @throws when one fails. */
async function run(name: string): Promise<string> {
  let output = '';
  for (const command of part(name).commands) {
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', command], { cwd: folder, env: environment });
    output += stdout + stderr;
  }
  return output;
}

async function settled(deadLetters: number): Promise<void> {
  const look = async () => ({
    queue: await countQueue(sqs, environment.QUEUE_URL ?? ''),
    deadLetters: (await countQueue(sqs, environment.DEAD_LETTER_QUEUE_URL ?? '')).visible,
  });
  const empty = { visible: 0, inFlight: 0, delayed: 0 };
  await expect.poll(look, { timeout: 120_000, interval: 500 }).toEqual({ queue: empty, deadLetters });
}

describe('the incident of the runbook', () => {
  it('has three commands from the alarm to mended, beside status and what marketing does', () => {
    expect([...part('list').commands, ...part('resend').commands]).toHaveLength(3);
    for (const name of ['status', 'list', 'resend']) expect(lasting(part(name).shown)).not.toEqual([]);
  });

  it(
    'ends with all 500 messages delivered, and prints what the runbook shows',
    async () => {
      await run('break');
      await settled(90);
      const status = await run('status');
      const list = await run('list');
      await run('mend');
      const resend = await run('resend');
      await settled(0);

      expect(lasting(status.split('\n'))).toEqual(lasting(part('status').shown));
      expect(lasting(list.split('\n'))).toEqual(lasting(part('list').shown));
      expect(lasting(resend.split('\n'))).toEqual(lasting(part('resend').shown));
      expect(await run('status')).toMatch(/^running .*Dead letters\n {2}none/ms);
      const delivered = new Set([...served.matchAll(/^delivered {2}(\S+)/gm)].map(([, id]) => id));
      expect(incidentMessages().flatMap(({ id }) => (delivered.has(id) ? [] : [id]))).toEqual([]);
    },
    WHOLE_RUN_MS,
  );
});
