import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const BIN = join(import.meta.dirname, '../../../bin');

/** Another Node than the one that runs the tests, where the machine has one that is too old. */
async function findOldNode(): Promise<string | undefined> {
  for (const path of ['/usr/bin/node', '/usr/local/bin/node']) {
    if (!existsSync(path)) continue;
    const { stdout } = await run(path, ['--version']).catch(() => ({ stdout: '' }));
    if (/^v(1\d|2[01])\./.test(stdout)) return path;
  }
  return undefined;
}

const oldNode = await findOldNode();
const whyNot = oldNode === undefined ? ' (skipped: there is no old Node here)' : '';

describe.skipIf(oldNode === undefined)(`with a Node that is too old${whyNot}`, () => {
  it.each(['local.ts', 'relay.ts', 'parity.ts'])('bin/%s says which one is needed', async (name) => {
    const failure = await run(oldNode ?? '', [join(BIN, name)]).catch((error: unknown) => error);

    expect(failure).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/needs Node 22\.18 or newer, and this is /),
    });
  });
});
