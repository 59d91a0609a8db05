import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CliUnderTest, startCliUnderTest } from '../support/relay-cli.ts';

let cli: CliUnderTest;
beforeAll(async () => {
  cli = await startCliUnderTest();
});
afterAll(() => cli.stop());
beforeEach(() => cli.reset());

const leads = (...input: readonly object[]) => ({
  path: '/rest/v1/leads.json',
  body: { action: 'createOrUpdate', input },
});
const REPLY = '{"requestId":"a#1","success":true,"result":[{"status":"skipped"}]}';

describe('dead-letters show', () => {
  it('puts the message, the request and the response side by side where there is room', async () => {
    await cli.addLetters({ id: 'order-1', code: '1006', message: "Field 'colour' not found", responseBody: REPLY });

    const { status, stdout } = await cli.run(['dead-letters', 'show', 'order-1'], {
      columns: 150,
      isTTY: true,
      env: { NO_COLOR: '1' },
    });

    expect(status).toBe(0);
    expect(stdout).toMatch(/^1006 {2}Field not found/);
    expect(stdout).toContain("Field 'colour' not found");
    expect(stdout).toContain('remedy    Compare the name');
    expect(stdout).toMatch(/^Message +Request +Response$/m);
    expect(stdout).toMatch(/^\{ +POST https:\/\/123-abc-456\S* +200$/m);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(150);
  });

  it('puts them one below the other on a narrow terminal', async () => {
    await cli.addLetters({ id: 'order-1', responseBody: REPLY });
    const { stdout } = await cli.run(['dead-letters', 'show', 'order-1'], {
      columns: 60,
      isTTY: true,
      env: { NO_COLOR: '1' },
    });
    expect(stdout).toMatch(/^Message$[\s\S]*^Request$[\s\S]*^Response$/m);
  });

  it('shows what SQS moved itself', async () => {
    await cli.addRaw(['{"id":"crm-1","path":"/rest/v1/leads.json"}']);
    const { status, stdout } = await cli.run(['dead-letters', 'show', 'crm-1']);
    expect(status).toBe(0);
    expect(stdout).toContain('movedBySqs');
    expect(stdout).toContain('"path": "/rest/v1/leads.json"');
  });

  it('shows what became of the rows of a file, and where those lie that failed', async () => {
    const details = Array.from({ length: 25 }, (_, index) => ({
      row: index + 7,
      code: 'rowsFailed',
      message: 'no e-mail',
    }));
    const at = '2027-01-31T12:00:00.000Z';
    const failure = {
      ...{ level: 'message', code: 'rowsFailed', name: 'Rows failed', message: '25 rows failed, 48 are in' },
      ...{ meaning: 'm', remedy: 'r', retriable: false, outcomeUnknown: false, attempts: 0, firstSeen: at, details },
    };
    const file = {
      bucket: 'b',
      key: 'k.csv',
      imported: 48,
      failed: 25,
      warned: 0,
      failures: [{ bucket: 'o', key: 'f.csv' }],
    };
    const body = { path: '/bulk/v1/leads.json', query: { format: 'csv' }, file: { bucket: 'b', key: 'k.csv' } };
    const letter = {
      deadLetter: 1,
      relayId: 'tonight',
      operation: 'importLeads',
      failure,
      file,
      message: { body },
      history: [],
    };
    await cli.addRaw([JSON.stringify(letter)]);
    const { stdout } = await cli.run(['dead-letters', 'show', 'tonight']);
    expect(stdout).toContain('Rows of the file');
    expect(stdout).toContain('"failures": [');
    expect(stdout).toMatch(/^row 7: no e-mail$/m);
    expect(stdout).toMatch(/^\.\.\. 5 more$/m);
  });

  it('gives the letter as it is with --json, and ends with 3 where there is none', async () => {
    await cli.addLetters({ id: 'order-1' });

    const { stdout } = await cli.run(['dead-letters', 'show', 'order-1', '--json']);
    const missing = await cli.run(['dead-letters', 'show', 'order-2']);

    expect(JSON.parse(stdout)).toMatchObject({ deadLetter: 1, relayId: 'order-1' });
    expect(missing).toMatchObject({ status: 3, stdout: '', stderr: expect.stringContaining('has the id order-2') });
    expect(await cli.deadCounts()).toEqual({ visible: 1, hidden: 0 });
  });

  it('fetches what was cut out of the letter', async () => {
    const response = `{"requestId":"a#1","note":"${'y'.repeat(1_047_800)}END"}`;
    await cli.addLetters({ id: 'cut', responseBody: response });

    const { stdout } = await cli.run(['dead-letters', 'show', 'cut']);

    // Not the text itself: a failure would print a megabyte.
    expect({ isFetched: /^whole +fetched from s3:/m.test(stdout), isWhole: stdout.includes('yyyEND') }).toEqual({
      isFetched: true,
      isWhole: true,
    });
  });
});

describe('dead-letters export', () => {
  it('gives one letter a line, to the digit, and leaves all on the queue', async () => {
    await cli.addLetters({ id: 'a', body: leads({ email: 'a@example.com', score: 1.5 }) }, { id: 'b', code: '1004' });
    await cli.addRaw(['not json']);

    const { status, stdout, stderr } = await cli.run(['dead-letters', 'export']);

    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { letter: { relayId?: string } | string });
    expect(status).toBe(0);
    expect(lines.map(({ letter }) => (typeof letter === 'string' ? letter : letter.relayId)).sort()).toEqual([
      'a',
      'b',
      'not json',
    ]);
    expect(stderr).toContain('Exported 3 letters');
    expect(await cli.deadCounts()).toEqual({ visible: 3, hidden: 0 });
  });

  it('gives one row a record as CSV, fields flattened, formulas taken for text', async () => {
    const input = [
      { email: 'a@example.com', address: { city: 'Bern', zip: '03001' }, tags: ['x', 'y'], phone: '+41 31 000' },
      { email: '=HYPERLINK("http://evil")', score: -5, note: 'two\nlines, "quoted"', '@field': '-x' },
    ];
    const details = [
      { position: 3, code: '1003', message: 'bad zip' },
      { position: 7, code: '1006', message: 'no such field' },
    ];
    await cli.addLetters({ id: 'a', code: '1003', body: leads(...input), positions: [3, 7], details });

    const { stdout } = await cli.run(['dead-letters', 'export', '--format', 'csv']);

    expect(stdout.split('\r\n')).toEqual([
      "relayId,operation,code,message,position,'@field,address.city,address.zip,email,note,phone,score,tags",
      `a,syncLeads,1003,bad zip,3,,Bern,03001,a@example.com,,'+41 31 000,,"[""x"",""y""]"`,
      `a,syncLeads,1006,no such field,7,'-x,,,"'=HYPERLINK(""http://evil"")","two\nlines, ""quoted""",,'-5,`,
      '',
    ]);
  });

  it('keeps a number of 19 digits in CSV', async () => {
    const body = '{"id":"n","path":"/rest/v1/leads.json","body":{"input":[{"crmId":9007199254740993123}]}}';
    await cli.addLetters({ id: 'n', body });
    const { stdout } = await cli.run(['dead-letters', 'export', '--format', 'csv']);
    expect(stdout).toContain(',9007199254740993123');
  });

  it('gives a row with query and form for a message without records', async () => {
    await cli.addLetters({
      id: 'c',
      code: '1013',
      body: { method: 'POST', path: '/rest/v1/campaigns/7/schedule.json', body: { input: { runAt: 'soon' } } },
    });
    const { stdout } = await cli.run(['dead-letters', 'export', '--format', 'csv']);
    expect(stdout.split('\r\n')[0]).toBe('relayId,operation,code,message,position,body.input.runAt');
    expect(stdout).toContain(',soon');
  });

  it('writes a new file of its own, and none over another', async () => {
    await cli.addLetters({ id: 'a' });
    const argv = ['dead-letters', 'export', '--format', 'csv', '--bom', '--output', 'out.csv'];

    const first = await cli.run(argv);
    const second = await cli.run(argv);

    expect(first).toMatchObject({ status: 0, stdout: '' });
    expect((await readFile(join(cli.folder, 'out.csv'), 'utf8')).startsWith('\uFEFFrelayId,')).toBe(true);
    expect(second).toMatchObject({ status: 2, stderr: expect.stringContaining('is there already') });
  });
});
