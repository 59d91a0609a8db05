import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliUnderTest, startCliUnderTest } from '../support/relay-cli.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../../..');
let cli: CliUnderTest;
beforeAll(async () => {
  cli = await startCliUnderTest();
});
afterAll(() => cli.stop());

const VERBS = [
  ['status'],
  ['doctor'],
  ['pause'],
  ['results', 'resend'],
  ['resume'],
  ['completion'],
  ...['list', 'show', 'export', 'resend', 'drop'].map((verb) => ['dead-letters', verb]),
];

describe('the command line', () => {
  it.each(VERBS)('has help with examples for %s %s', async (...verb) => {
    const { status, stdout } = await cli.run([...verb.filter((word) => word !== undefined), '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('--stack <name>');
  });

  it('tells its exit statuses and its version', async () => {
    const help = await cli.run(['--help']);
    const version = await cli.run(['--version']);
    expect(help.stdout).toContain('3    nothing matched');
    expect(version).toMatchObject({ status: 0, stdout: '0.1.0\n' });
  });

  it.each([
    [['statsu'], '(Did you mean status?)'],
    [['dead-letters', 'lisst'], '(Did you mean list?)'],
    [['dead-letters', 'list', '--cod', '1003'], '(Did you mean --code?)'],
    [['dead-letters', 'export', '--format', 'xml'], 'Allowed choices are ndjson, csv'],
    [['dead-letters', 'resend', '--all', '--rate', '0'], 'a whole number of messages a second, from 1 to 3000'],
    [['dead-letters', 'show'], "missing required argument 'id'"],
  ])('answers %j with what would be right', async (argv, said) => {
    const { status, stdout, stderr } = await cli.run(argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(said);
  });

  it('shows what there is when no verb is given, as wrong use', async () => {
    const { status, stderr } = await cli.run(['dead-letters']);
    expect(status).toBe(2);
    expect(stderr).toContain('resend [options]');
  });
});

describe('shell completion', () => {
  /** What bash offers after some words. */
  async function offered(...words: readonly string[]): Promise<readonly string[]> {
    const { stdout: script } = await cli.run(['completion', 'bash']);
    const path = join(cli.folder, 'completion.bash');
    await writeFile(path, script);
    const line = `source ${path}; COMP_WORDS=(relay ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _relay; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run('bash', ['-c', line]);
    return stdout.trim().split('\n');
  }

  it('offers verbs and options in bash, by what stands before', async () => {
    expect(await offered('dead')).toEqual(['dead-letters']);
    expect(await offered('dead-letters', 're')).toEqual(['resend']);
    expect(await offered('--local', 'dead-letters', 'resend', '--re')).toEqual(['--rename']);
    expect(await offered('status', '--l')).toEqual(['--local']);
  });

  it.each(['zsh', 'fish'])('knows every verb in %s', async (shell) => {
    const { status, stdout } = await cli.run(['completion', shell]);
    expect(status).toBe(0);
    for (const word of ['dead-letters', 'resend', 'include-unknown', 'pause']) expect(stdout).toContain(word);
  });
});

describe('the launchers', () => {
  it.each(['bin/relay.ts', 'bin/local.ts'])('%s shows its help', async (launcher) => {
    const { stdout } = await run(process.execPath, [launcher, '--help'], { cwd: ROOT });
    expect(stdout).toContain('--serve');
  });

  it.each(['bin/relay.ts', 'bin/local.ts'])(
    '%s says which Node is needed, on one that is too old',
    async (launcher) => {
      const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } }); require(${JSON.stringify(join(ROOT, launcher))});`;
      const failure = await run(process.execPath, ['-e', pretend]).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('needs Node 22.18 or newer, and this is 20.20.2'),
      });
    },
  );
});
