import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CliUnderTest, hideAll, startCliUnderTest } from '../support/relay-cli.ts';

let cli: CliUnderTest;
beforeAll(async () => {
  cli = await startCliUnderTest();
});
afterAll(() => cli.stop());
beforeEach(() => cli.reset());

interface Listed {
  readonly matched: number;
  readonly complete: boolean;
  readonly groups: readonly {
    readonly code: string;
    readonly operation?: string;
    readonly subject?: { readonly kind: string; readonly name: string };
    readonly count: number;
    readonly meaning: string;
    readonly remedy: string;
    readonly oldest: string;
    readonly newest: string;
    readonly sampleIds: readonly string[];
  }[];
}

async function list(...argv: readonly string[]): Promise<Listed> {
  const { stdout } = await cli.run(['dead-letters', 'list', '--json', ...argv]);
  return JSON.parse(stdout) as Listed;
}

const badValue = (field: string, value: string) => ({
  code: '1003',
  message: `Invalid value for field '${field}' and value '${value}'`,
});

describe('dead-letters list', () => {
  it('makes one group of one cause, whatever the values are', async () => {
    await cli.addLetters(
      ...Array.from({ length: 20 }, (_, index) => badValue('industry', `value ${index}`)),
      ...Array.from({ length: 3 }, (_, index) => badValue('rating', `value ${index}`)),
      { code: '1006', message: "Field 'favouriteColour' not found" },
    );

    const { groups, matched, complete } = await list();

    expect({ matched, complete }).toEqual({ matched: 24, complete: true });
    expect(groups.map(({ code, operation, subject, count }) => [code, operation, subject?.name, count])).toEqual([
      ['1003', 'syncLeads', 'industry', 20],
      ['1003', 'syncLeads', 'rating', 3],
      ['1006', 'syncLeads', 'favouriteColour', 1],
    ]);
    expect(groups[0]?.meaning).not.toBe('');
    expect(groups[0]?.remedy).not.toBe('');
    expect(Date.parse(groups[0]?.oldest ?? '')).toBeLessThanOrEqual(Date.parse(groups[0]?.newest ?? ''));
  });

  it('leaves every letter on the queue, visible to others at once', async () => {
    await cli.addLetters(...Array.from({ length: 35 }, () => ({})));

    await list();

    expect(await cli.deadCounts()).toEqual({ visible: 35, hidden: 0 });
  });

  it('does so when it is interrupted, and says that it is not all', async () => {
    await cli.addLetters(...Array.from({ length: 200 }, () => ({})));

    const { status, stderr } = await cli.run(['dead-letters', 'list'], { onStart: (interrupt) => interrupt() });

    expect(status).toBe(130);
    expect(stderr).toContain('Interrupted');
    expect(await cli.deadCounts()).toEqual({ visible: 200, hidden: 0 });
  });

  it('recognises what SQS moved itself, and explains it', async () => {
    await cli.addRaw([
      '{"id":"crm-1","path":"/rest/v1/leads.json","body":{"input":[{"email":"a@example.com"}]}}',
      'not json',
    ]);

    const { groups } = await list();

    expect(
      groups.map(({ code, operation, sampleIds }) => [code, operation, sampleIds.includes('crm-1')]),
    ).toContainEqual(['movedBySqs', 'syncLeads', true]);
    expect(groups).toHaveLength(2);
    expect(groups[0]?.meaning).toContain('did not settle');
  });

  it('says how many are hidden by another reader', async () => {
    await cli.addLetters({}, {}, {});
    const showAgain = await hideAll(cli.wire);

    const { stdout, stderr } = await cli.run(['dead-letters', 'list', '--json']);
    await showAgain();

    expect(JSON.parse(stdout)).toMatchObject({ matched: 0, hidden: 3 });
    expect(stderr).toContain('3 letters hidden by another reader');
  });

  it('ends with 3 when nothing matches, and with 0 when there is nothing', async () => {
    expect(await cli.run(['dead-letters', 'list'])).toMatchObject({ status: 0, stdout: '' });
    await cli.addLetters({ code: '1003' });

    const { status, stderr } = await cli.run(['dead-letters', 'list', '--code', '1006']);

    expect(status).toBe(3);
    expect(stderr).toContain('None of 1 dead letter matches');
  });

  it('prints no terminal escape and no invisible sign that came from data', async () => {
    const evil = "Field '\u001b[2J\u009b31m\u202ex' not found";
    await cli.addLetters({ id: 'evil', code: '1006\u001b[31m', message: evil });

    const key = 'dead-letters/\u001b[31m\u202e';
    const overflow = { bucket: cli.wire.bucketName, key, cut: ['message.body'] };
    await cli.addRaw([
      JSON.stringify({ deadLetter: 1, relayId: 'evil', failure: { code: '1006' }, message: {}, overflow }),
    ]);

    for (const argv of [
      ['list'],
      ['list', '--each'],
      ['list', '--json'],
      ['show', 'evil'],
      ['show', 'evil', '--json'],
      ['export'],
    ]) {
      const { stdout, stderr } = await cli.run(['dead-letters', ...argv]);
      expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(stdout).not.toBe('');
    }
  });

  it('is as wide as the terminal, and 80 where that reports nothing', async () => {
    await cli.addLetters(badValue('industry', 'x'.repeat(200)));
    const widest = async (columns: number): Promise<number> => {
      const { stdout } = await cli.run(['dead-letters', 'list'], { columns, isTTY: true, env: { NO_COLOR: '1' } });
      return Math.max(
        ...stdout
          .split('\n')
          .filter((line) => !line.includes('xxxx'))
          .map((line) => line.length),
      );
    };

    expect(await widest(60)).toBeLessThanOrEqual(60);
    expect(await widest(0)).toBeLessThanOrEqual(80);
  });

  it('colours on a terminal, unless NO_COLOR says not to', async () => {
    await cli.addLetters({});
    const shown = async (env: Record<string, string>): Promise<string> =>
      (await cli.run(['dead-letters', 'list'], { isTTY: true, columns: 80, env })).stdout;

    expect(await shown({})).toContain('\u001b[');
    expect(await shown({ NO_COLOR: '1' })).not.toContain('\u001b[');
  });
});

describe('the filters', () => {
  const lead = (email: string) => ({ path: '/rest/v1/leads.json', body: { input: [{ email }] } });
  const company = {
    path: '/rest/v1/companies.json',
    body: { input: [{ externalCompanyId: 'acme', note: 'say "hi"' }] },
  };
  beforeEach(() =>
    cli.addLetters(
      { id: 'a', code: '1003', body: lead('Ann@Example.com') },
      { id: 'b', code: '1004', body: lead('bob@example.com') },
      { id: 'c', code: '1003', body: company },
    ),
  );

  it.each([
    [
      ['--code', '1003'],
      ['a', 'c'],
    ],
    [
      ['--code', '1003,1004'],
      ['a', 'b', 'c'],
    ],
    [
      ['--code', '1003', '--code', '1004', '--operation', 'syncLeads'],
      ['a', 'b'],
    ],
    [['--operation', 'syncCompanies'], ['c']],
    [['--id', 'b'], ['b']],
    [['--key', 'ann@example.com'], ['a']],
    [['--key', 'lead:email:bob@example.com'], ['b']],
    [['--key', 'acme'], ['c']],
    [['--text', 'say "hi"'], ['c']],
    [['--text', 'EXAMPLE.com', '--code', '1004'], ['b']],
    [
      ['--since', '10m'],
      ['a', 'b', 'c'],
    ],
    [
      ['--since', 'yesterday', '--until', 'now'],
      ['a', 'b', 'c'],
    ],
    [['--all'], ['a', 'b', 'c']],
  ])('%j leave %j', async (argv, ids) => {
    const { groups } = await list(...argv);
    expect(groups.flatMap(({ sampleIds }) => sampleIds).sort()).toEqual(ids);
  });

  it.each([
    ['--until', '10m'],
    ['--since', '2100-01-01'],
    ['--key', 'example.com'],
  ])('%s %s leaves none', async (...argv) => {
    expect((await cli.run(['dead-letters', 'list', ...argv])).status).toBe(3);
  });

  it.each([
    [['--since', 'tomorrow'], '--since "tomorrow" is no time: give an age such as 30m'],
    [['--since', '1h', '--until', '2h'], '--since 1h is later than --until 2h'],
    [['--code', ' '], '--code is empty'],
    [['--all', '--code', '1003'], 'contradict each other'],
  ])('%j is wrong use', async (argv, said) => {
    const { status, stderr } = await cli.run(['dead-letters', 'list', ...argv]);
    expect(status).toBe(2);
    expect(stderr).toContain(said);
  });
});
