import { afterEach, describe, expect, it } from 'vitest';
import type { FakeMarketoOptions } from '../../lib/fake-marketo/options.ts';
import { ManualClock, type Reply, startCaller, stopAll } from './support/caller.ts';

const LEADS = '/bulk/v1/leads.json?format=csv';
const OBJECTS = '/bulk/v1/customobjects/order_c/import.json?format=csv';
const MEMBERS = '/bulk/v1/program/5001/members/import.json?format=csv';

afterEach(stopAll);

/** A fake whose clock stands still, and what sends files to it. */
async function startImporter(options: FakeMarketoOptions = {}) {
  const clock = new ManualClock('2026-03-02T12:00:00Z');
  const caller = await startCaller({ clock, rateLimitCalls: 1000, ...options });
  const send = (path: string, file: string): Promise<Reply> => {
    const head = 'Content-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv';
    const raw = `--b\r\n${head}\r\n\r\n${file}\r\n--b--\r\n`;
    return caller.call(path, { raw, contentType: 'multipart/form-data; boundary=b' });
  };
  const status = async (id: number, path = '/bulk/v1/leads/batch/{id}.json') => {
    return (await caller.call(path.replace('{id}', String(id)))).result[0];
  };
  const rows = (id: number, which: 'failures' | 'warnings') => caller.call(`/bulk/v1/leads/batch/${id}/${which}.json`);
  return { clock, caller, send, status, rows, database: () => caller.fake.database };
}

describe('an import of people', () => {
  it('is queued, at work and complete, and writes its rows then', async () => {
    const { clock, send, status, database } = await startImporter({ imports: { minMs: 1000, rowsPerSecond: 1 } });
    const file = 'email,firstName,leadScore\nnew@example.org,Nora,\nperson1001@example.com,Ada,7\n';
    expect((await send(LEADS, file)).result).toEqual([{ batchId: 1001, importId: '1001', status: 'Queued' }]);
    clock.advance(1000);
    expect(await status(1001)).toMatchObject({ status: 'Importing', numOfLeadsProcessed: 1 });
    expect(database().leadsByEmail('new@example.org')).toEqual([]);
    clock.advance(1000);
    expect(await status(1001)).toEqual({
      batchId: 1001,
      importId: '1001',
      status: 'Complete',
      numOfLeadsProcessed: 2,
      numOfRowsFailed: 0,
      numOfRowsWithWarning: 0,
      message: 'Import succeeded, 2 records imported (2 members)',
    });
    expect(database().leadsByEmail('new@example.org')[0]?.fields.get('firstName')).toBe('Nora');
    expect(database().leads.get(1001)?.fields.get('leadScore')).toBe('7');
  });

  it('reads quoted cells, line ends within them, other separators and a byte order mark', async () => {
    const { clock, send, database } = await startImporter();
    await send(
      '/bulk/v1/leads.json?format=ssv',
      '\uFEFFemail;city\r\n"a@example.org";"Bad; ""Ischl""\nUpper Austria"\r\n',
    );
    await send('/bulk/v1/leads.json?format=tsv', 'city\temail\nOslo\tb@example.org');
    clock.advance(10_000);
    expect(database().leadsByEmail('a@example.org')[0]?.fields.get('city')).toBe('Bad; "Ischl"\nUpper Austria');
    expect(database().leadsByEmail('b@example.org')[0]?.fields.get('city')).toBe('Oslo');
  });

  it('leaves a field alone whose cell is empty, and puts people on the list', async () => {
    const { clock, send, database } = await startImporter();
    const name = database().leads.get(1001)?.fields.get('firstName');
    await send(`${LEADS}&listId=1160`, 'email,firstName,city\nperson1001@example.com,,Graz\n');
    clock.advance(10_000);
    expect(database().leads.get(1001)?.fields.get('firstName')).toBe(name);
    expect(database().leads.get(1001)?.fields.get('city')).toBe('Graz');
    expect(database().listMembers(1160)).toContain(1001);
  });

  it('tells which rows failed and why, with the columns as they were sent', async () => {
    const { clock, send, status, rows } = await startImporter();
    await send(LEADS, 'email,city\na@example.org,Oslo\nnobody,"Bad, Ischl"\nb@example.org\ntwin@example.com,Wien\n');
    clock.advance(10_000);
    const message = 'Import completed with errors, 1 records imported (1 members), 3 failed';
    expect(await status(1001)).toMatchObject({ numOfLeadsProcessed: 1, numOfRowsFailed: 3, message });
    const failures = await rows(1001, 'failures');
    expect(failures.headers.get('content-type')).toContain('text/csv');
    expect(failures.text.split('\n')).toEqual([
      'email,city,Import Failure Reason',
      "nobody,\"Bad, Ischl\",Invalid value for field 'email' and value 'nobody'",
      'b@example.org,"Row has 1 columns, header has 2"',
      'twin@example.com,Wien,Multiple leads match the lookup criteria',
      '',
    ]);
  });

  it('imports a row without its cell of a wrong type, with a warning', async () => {
    const { clock, send, status, rows, database } = await startImporter();
    await send(LEADS, 'email,leadScore,city\na@example.org,many,Oslo\n');
    clock.advance(10_000);
    expect(await status(1001)).toMatchObject({ numOfLeadsProcessed: 1, numOfRowsFailed: 0, numOfRowsWithWarning: 1 });
    expect((await rows(1001, 'warnings')).text).toMatch(
      /^email,leadScore,city,Import Warning Reason\na@example.org,many/,
    );
    expect(database().leadsByEmail('a@example.org')[0]?.fields.get('city')).toBe('Oslo');
  });

  it.each([
    [false, 404],
    [true, 200],
  ])('has no file of failures where nothing failed, or an empty one: %s', async (emptyImportFiles, httpStatus) => {
    const { clock, send, rows } = await startImporter({ features: { emptyImportFiles } });
    await send(LEADS, 'email\na@example.org\n');
    expect((await rows(1001, 'failures')).status).toBe(404);
    clock.advance(10_000);
    for (const which of ['failures', 'warnings'] as const) {
      expect(await rows(1001, which)).toMatchObject({ status: httpStatus, text: '' });
    }
  });

  it.each([
    ['an empty file', LEADS, '', '1003'],
    ['a header alone', LEADS, 'email,firstName\n', '1003'],
    ['a header with an unknown field', LEADS, 'email,colour\na@example.org,red\n', '1006'],
    ['a header without the lookup field', LEADS, 'firstName\nNora\n', '1003'],
    ['a field twice in the header', LEADS, 'email,city,city\na@example.org,A,B\n', '1003'],
    ['another format', '/bulk/v1/leads.json?format=xlsx', 'email\na@example.org\n', '1003'],
    ['an unknown list', `${LEADS}&listId=4242`, 'email\na@example.org\n', '1013'],
    ['an unknown lookup field', `${LEADS}&lookupField=colour`, 'email\na@example.org\n', '1006'],
    ['a lookup field that is not searchable', `${LEADS}&lookupField=city`, 'city\nOslo\n', '1011'],
    ['an unknown object', OBJECTS.replace('order_c', 'boat_c'), 'name\nx\n', '1013'],
    ['an object without its dedupe field', OBJECTS, 'amount\n1\n', '1003'],
    ['members without a status', MEMBERS, 'email\na@example.org\n', '1002'],
    ['members with an unknown status', `${MEMBERS}&programMemberStatus=Delighted`, 'email\na@example.org\n', '1025'],
    ['an unknown program', MEMBERS.replace('5001', '4242'), 'email\na@example.org\n', '1013'],
  ])('is refused for %s', async (_name, path, file, code) => {
    const { send } = await startImporter();
    expect((await send(path, file)).code).toBe(code);
  });

  it.each([
    ['no boundary', 'x', 'multipart/form-data'],
    [
      'no closing boundary',
      '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nemail\na@x.org\r\n',
      'multipart/form-data; boundary=b',
    ],
    [
      'no part named file',
      '--b\r\nContent-Disposition: form-data; name="data"\r\n\r\nemail\r\n--b--',
      'multipart/form-data; boundary=b',
    ],
    ['JSON', '{}', 'application/json'],
  ])('is answered with 613 for a body with %s', async (_name, raw, contentType) => {
    const { caller } = await startImporter();
    expect((await caller.call(LEADS, { raw, contentType })).code).toBe('613');
  });

  it('is answered with HTTP 413 for 10 MB', async () => {
    const { send } = await startImporter();
    expect((await send(LEADS, `email\n${'a@example.org\n'.repeat(720_000)}`)).status).toBe(413);
  });
});

describe('the queue of imports', () => {
  it('takes ten, works at two, in order, and one for a list', async () => {
    const { clock, send, status } = await startImporter({ imports: { minMs: 1000 } });
    const file = 'email\na@example.org\n';
    await send(`${LEADS}&listId=1159`, file);
    expect((await send(`${LEADS}&listId=1159`, file)).code).toBe('1019');
    for (let more = 0; more < 9; more += 1) expect((await send(LEADS, file)).code).toBeUndefined();
    expect((await send(LEADS, file)).json).toMatchObject({
      errors: [{ code: '1016', message: 'There are 10 imports currently being processed. Please try again later' }],
    });
    clock.advance(500);
    const statuses = async () => {
      const all = [];
      for (let id = 1001; id <= 1010; id += 1) all.push((await status(id))?.status);
      return all;
    };
    expect(await statuses()).toEqual(['Importing', 'Importing', ...Array(8).fill('Queued')]);
    clock.advance(1000);
    expect(await statuses()).toEqual(['Complete', 'Complete', 'Importing', 'Importing', ...Array(6).fill('Queued')]);
    expect((await send(`${LEADS}&listId=1159`, file)).code).toBeUndefined();
  });

  it('forgets a job after seven days, and knows none of another kind', async () => {
    const { clock, caller, send, status } = await startImporter();
    await send(LEADS, 'email\na@example.org\n');
    clock.advance(7 * 86_400_000 - 1);
    await caller.login();
    expect(await status(1001)).toMatchObject({ status: 'Complete' });
    expect((await caller.call('/bulk/v1/program/members/import/1001/status.json')).code).toBe('1013');
    clock.advance(1);
    expect((await caller.call('/bulk/v1/leads/batch/1001.json')).code).toBe('1013');
  });
});

describe('imports of the other kinds', () => {
  it('write custom objects', async () => {
    const { clock, send, status, database } = await startImporter();
    const reply = await send(OBJECTS, 'orderId,leadId,amount\nO-1,1001,5\nN-1,1002,6\nN-2,4,7\n');
    expect(reply.result).toEqual([{ batchId: 1001, operation: 'import', objectApiName: 'order_c', status: 'Queued' }]);
    clock.advance(10_000);
    const path = '/bulk/v1/customobjects/order_c/import/{id}/status.json';
    expect(await status(1001, path)).toMatchObject({
      numOfObjectsProcessed: 2,
      numOfRowsFailed: 1,
      importTime: '5 second(s)',
    });
    expect(database().objects.get('order_c')?.byName('O-1')?.values.get('amount')).toBe('5');
    expect(database().objects.get('order_c')?.byName('N-2')).toBeUndefined();
  });

  it('make members of a program, and people who are new', async () => {
    const { clock, send, status, database } = await startImporter();
    const path = `${MEMBERS}&programMemberStatus=Registered`;
    await send(path, 'email,firstName,mealPreference\nguest@example.org,Gil,vegan\nperson1001@example.com,,\n');
    clock.advance(10_000);
    const statusPath = '/bulk/v1/program/members/import/{id}/status.json';
    expect(await status(1001, statusPath)).toMatchObject({ status: 'Complete', numOfLeadsProcessed: 2 });
    const guest = database().leadsByEmail('guest@example.org')[0];
    const members = database().programs.get(5001)?.members;
    expect(members?.get(guest?.id ?? 0)?.values.get('mealPreference')).toBe('vegan');
    expect(database().programStatus(5001, 1001)).toBe('Registered');
  });
});
