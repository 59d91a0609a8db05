import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFormsFile } from '../../../lib/local/serve/webhook-setup.ts';
import { readForms } from '../../../lib/webhook/form.ts';
import { readDoc } from '../../docs/source.ts';
import { type ServedUnderTest, startServed } from './served-relay.ts';

/** A block with its commands, which begin with a dollar sign, and what they print. */
interface Session {
  readonly page: string;
  readonly script: string;
  readonly printed: string;
}

function sessionsOf(page: string): readonly Session[] {
  return [...readDoc(page).matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, text = '']) => {
    const commands: string[] = [];
    const printed: string[] = [];
    for (const line of text.trimEnd().split('\n')) {
      if (line.startsWith('$ ')) commands.push(line.slice(2));
      else if (line.startsWith('    ') && commands.length > 0) commands.push(line);
      else printed.push(line);
    }
    return { page, script: commands.join('\n'), printed: `${printed.join('\n')}\n` };
  });
}

/** Ids of SQS differ from run to run. */
const masked = (text: string): string =>
  text.replace(/"messageId":"[^"]*"|"relayId":"(?:[0-9a-f]{8}-[^"]*|\.\.\.)"/g, (pair) =>
    pair.replace(/:".*/, ':"..."'),
  );

const sessions = ['README.md', 'docs/webhook.md'].flatMap(sessionsOf);
let under: ServedUnderTest;
let folder: string;

beforeAll(async () => {
  const read = readFormsFile(undefined);
  under = await startServed({}, { forms: read.kind === 'forms' ? read.forms : [] });
  folder = mkdtempSync(join(tmpdir(), 'webhook-docs-'));
  symlinkSync(under.folder, join(folder, '.marketo-relay'));
});
afterAll(async () => {
  await under?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the sessions with curl', () => {
  it('are there', () => {
    expect(sessions.length).toBeGreaterThanOrEqual(6);
  });

  it.each(sessions.map((session) => [`${session.page}: ${session.script.slice(0, 90)}`, session] as const))(
    '%s',
    async (_, { script, printed }) => {
      const env = { PATH: process.env.PATH, WEBHOOK_URL: under.served.webhookUrl };
      const { stdout, stderr } = await promisify(execFile)('sh', ['-euc', script], { cwd: folder, env });

      expect([masked(stdout), stderr]).toEqual([masked(printed), '']);
    },
  );
});

describe('the page about webhooks', () => {
  it('shows a list of forms that is one', () => {
    const lists = [...readDoc('docs/webhook.md').matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text = '']) =>
      JSON.parse(text),
    );
    expect(lists.map(readForms)).toEqual(lists.map((forms) => ({ forms })));
    expect(lists).toHaveLength(1);
  });
});
