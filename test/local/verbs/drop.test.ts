import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CliUnderTest, startCliUnderTest } from '../support/relay-cli.ts';

let cli: CliUnderTest;
beforeAll(async () => {
  cli = await startCliUnderTest();
});
afterAll(() => cli.stop());
beforeEach(() => cli.reset());

const drop = (...argv: readonly string[]) => cli.run(['dead-letters', 'drop', ...argv]);

describe('dead-letters drop', () => {
  it('drops what matches, once it is in a backup', async () => {
    await cli.addLetters(...Array.from({ length: 25 }, () => ({ code: 'expired' })), { id: 'keep', code: '1003' });

    const { status, stdout } = await drop('--code', 'expired', '--yes');

    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Dropped 25 of 25 letters.\n' });
    expect(await cli.deadCounts()).toEqual({ visible: 1, hidden: 0 });
    expect(await cli.backups()).toHaveLength(25);
    expect(await cli.audit()).toMatchObject([
      { verb: 'drop', event: 'started', who: 'ann@laptop', counts: { toDrop: 25 } },
      { verb: 'drop', event: 'ended', filter: 'code expired', counts: { dropped: 25, failed: 0 } },
    ]);
  });

  it.each([
    [['--yes'], 'drop needs to know which letters'],
    [['--all'], 'look with --dry-run, then give --yes'],
  ])('with %j is wrong use', async (argv, said) => {
    await cli.addLetters({});
    const { status, stderr } = await drop(...argv);
    expect(status).toBe(2);
    expect(stderr).toContain(said);
    expect(await cli.deadCounts()).toEqual({ visible: 1, hidden: 0 });
  });

  it('says in a dry run how many it would be', async () => {
    await cli.addLetters({}, {});
    expect(await drop('--all', '--dry-run')).toMatchObject({ status: 0, stdout: 'Would drop 2 letters.\n' });
    expect(await cli.deadCounts()).toEqual({ visible: 2, hidden: 0 });
    expect(await cli.backups()).toEqual([]);
  });

  it('ends with 3 when nothing matches', async () => {
    await cli.addLetters({ code: '1003' });
    expect(await drop('--code', '1006', '--yes')).toMatchObject({ status: 3 });
    expect(await cli.backups()).toEqual([]);
  });
});
