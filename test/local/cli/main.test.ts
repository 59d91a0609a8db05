import { describe, expect, it } from 'vitest';
import { HELP } from '../../../lib/local/cli/command.ts';
import { main } from '../../../lib/local/cli/main.ts';

const INVALID = '"not a message"\n';

async function runMain(...argv: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  const status = await main(argv, {
    stdout: {
      write: (text, done) => {
        stdout += text;
        done();
      },
    },
    stderr: {
      write: (text) => {
        stderr += text;
      },
    },
    stdin: (async function* () {
      yield INVALID;
    })(),
    env: {},
    onInterrupt: () => {},
  });
  return { status, stdout, stderr };
}

describe('the command', () => {
  it('prints its help', async () => {
    expect(await runMain('--help')).toEqual({ status: 0, stdout: `${HELP}\n`, stderr: '' });
  });

  it('ends with status 2, and a word on stderr only, for wrong options', async () => {
    const { status, stdout, stderr } = await runMain('--seed', 'x');

    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('--seed is "x"');
    expect(stderr).toContain('--help');
  });

  it('ends with status 2 for a file that is not there, and starts nothing', async () => {
    const { status, stdout, stderr } = await runMain('--messages', '/nowhere.ndjson');

    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toBe('/nowhere.ndjson: there is no such file\n');
  });

  it('ends with status 2 for a log file that cannot be written, and starts nothing', async () => {
    const { status, stdout, stderr } = await runMain('--log-file', '/nowhere/relay.log');

    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^--log-file \/nowhere\/relay\.log: ENOENT/);
  });

  it('takes messages from standard input, says first that none was delivered, and fails only if told to', async () => {
    const usual = await runMain('--messages', '-');
    const strict = await runMain('--messages', '-', '--fail-on-dead-letters');

    expect(usual.status).toBe(0);
    expect(usual.stdout).toMatch(/1 message from stdin/);
    expect(usual.stdout).toMatch(/^Nothing was delivered\./m);
    expect(strict.status).toBe(1);
  });
});
