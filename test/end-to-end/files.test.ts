import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../lib/dead-letter/types.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../lib/emulators/aws.ts';
import { type RelayUnderTest, startRelayUnderTest } from './relay-under-test.ts';

const MINUTE_MS = 60_000;
let relay: RelayUnderTest;
let s3: S3Client;
beforeAll(async () => {
  // The fake's jobs go on when the test lets time pass.
  relay = await startRelayUnderTest({
    fake: { clock: { nowMs: () => Date.now() }, imports: { minMs: 15_000, rowsPerSecond: 50_000 } },
  });
  s3 = new S3Client({
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    endpoint: relay.wire.endpoints.s3,
    forcePathStyle: true,
  });
});
afterAll(async () => {
  s3.destroy();
  await relay.stop();
});
beforeEach(() => relay.reset());

async function put(key: string, content: string | Buffer): Promise<{ readonly bucket: string; readonly key: string }> {
  const bucket = relay.wire.bucketName;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
  return { bucket, key };
}

async function textAt({ bucket, key }: { readonly bucket: string; readonly key: string }): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return (await Body?.transformToString()) ?? '';
}

const importOf = (file: object, more: object = {}) =>
  JSON.stringify({ path: '/bulk/v1/leads.json', query: { format: 'csv' }, file, ...more });

/** Delivers, a minute apart, until nothing is on the queue any more; gives the letters. */
async function untilSettled(most = 30): Promise<readonly DeadLetter[]> {
  for (let turn = 0; turn < most; turn += 1) {
    expect((await relay.deliver()).failedIds).toEqual([]);
    const { visible, delayed } = await relay.desk.counts();
    if (visible + delayed === 0) return (await relay.desk.letters()).map(({ letter }) => letter);
    relay.later(2 * MINUTE_MS);
  }
  throw new Error('still on the queue');
}

const paths = () => relay.calls().map(({ method, path }) => `${method} ${path}`);

describe('a file of leads', () => {
  it('is uploaded once, asked about until it is complete, and delivered', async () => {
    const file = await put(
      'files/good.csv',
      '\ufeffemail,firstName\r\nfile-a@example.com,"Ann, A"\r\nfile-b@example.com,Bob\r\n',
    );
    await relay.desk.publish(importOf(file, { id: 'good' }));

    const letters = await untilSettled();

    expect(letters).toEqual([]);
    expect(paths()[0]).toBe('POST /bulk/v1/leads.json');
    expect(
      paths()
        .slice(1)
        .every((path) => /^GET \/bulk\/v1\/leads\/batch\/\d+\.json$/.test(path)),
    ).toBe(true);
    expect(relay.calls().every(({ status }) => status === 200)).toBe(true);
    expect(relay.events()).toContainEqual(expect.objectContaining({ kind: 'delivered', relayId: 'good', records: 2 }));
    expect(relay.marketo.database.leadsByEmail('file-a@example.com')[0]?.fields.get('firstName')).toBe('Ann, A');
  });

  it('remembers its job on the queue, and counts no attempt while Marketo is at work', async () => {
    const file = await put('files/slow.csv', 'email\nslow@example.com\n');
    await relay.desk.publish(importOf(file, { id: 'slow' }));
    await relay.deliver();
    const [afterUpload] = await relay.desk.copies();
    relay.later(10_500);
    await relay.deliver();
    const [afterQuestion] = await relay.desk.copies();

    expect(afterUpload?.relay).toMatchObject({ id: 'slow', attempt: 0, file: { piece: 0, job: { rows: 1 } } });
    expect(afterUpload?.delaySeconds).toBe(10);
    expect(afterQuestion?.relay).toMatchObject({ attempt: 0, lastCode: 'importInProgress', file: { waits: 1 } });
    expect(afterQuestion?.delaySeconds).toBeGreaterThanOrEqual(10);
    relay.later(MINUTE_MS);
    expect(await untilSettled()).toEqual([]);
  });

  it('with bad rows becomes one dead letter with rows, reasons, and a file of them that can be loaded', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => `many${index + 1}@example.com,Ann`);
    rows[6] = 'no address,Ann';
    rows[40] = 'many41@example.com,Ann,too many';
    const file = await put('files/bad.csv', `email,firstName\n${rows.join('\n')}\n`);
    await relay.desk.publish(importOf(file, { id: 'bad' }));

    const [letter, ...others] = await untilSettled();

    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      relayId: 'bad',
      operation: 'importLeads',
      failure: { code: 'rowsFailed', message: '2 rows failed, 48 are in', outcomeUnknown: false, retriable: false },
      file: { ...file, imported: 48, failed: 2, warned: 0 },
    });
    expect(letter?.failure.details?.map(({ row, code }) => ({ row, code }))).toEqual([
      { row: 7, code: 'rowsFailed' },
      { row: 41, code: 'rowsFailed' },
    ]);
    expect(letter?.failure.details?.[1]?.message).toContain('columns');
    const [failures] = letter?.file?.failures ?? [];
    const csv = await textAt(failures ?? { bucket: '', key: '' });
    expect(csv.split('\n')[0]).toBe('email,firstName,Import Failure Reason');
    expect(csv).toContain('no address,Ann,');
    expect(letter?.file).not.toHaveProperty('notUploadedFromRow');
  });

  it('that warns is delivered, and the warnings are kept', async () => {
    const file = await put('files/warn.csv', 'email,leadScore\nwarn@example.com,high\n');
    await relay.desk.publish(importOf(file, { id: 'warn' }));
    expect(await untilSettled()).toEqual([]);
    expect(await textAt({ bucket: file.bucket, key: 'files/warn/1-warnings.csv' })).toContain('Import Warning Reason');
  });

  it('is put back as a letter without being uploaded again, and ends as its job did', async () => {
    const file = await put('files/again.csv', 'email\nagain-file@example.com\nno address\n');
    await relay.desk.publish(importOf(file, { id: 'again' }));
    const [letter] = await untilSettled();
    const uploads = paths().filter((path) => path.startsWith('POST')).length;

    await relay.desk.publish(JSON.stringify(letter));
    const [second] = await untilSettled();

    expect(uploads).toBe(1);
    expect(paths().filter((path) => path.startsWith('POST'))).toHaveLength(1);
    expect(second).toMatchObject({
      failure: { code: 'rowsFailed', outcomeUnknown: false },
      file: { imported: 1, failed: 1 },
    });
  });
});

describe('a file of more than 10 MB', () => {
  it('goes in pieces that Marketo takes, each with the header, one after another', async () => {
    const rows = Array.from({ length: 12_000 }, (_, index) => `big${index + 1}@example.com,"${'x\n'.repeat(450)}"`);
    rows[11_990] = 'no address,x';
    const file = await put('files/big.csv', `email,address\n${rows.join('\n')}\n`);
    await relay.desk.publish(importOf(file, { id: 'big' }));

    const [letter] = await untilSettled(60);

    const uploads = relay.calls().filter(({ method }) => method === 'POST');
    expect(uploads).toHaveLength(2);
    expect(letter).toMatchObject({ failure: { code: 'rowsFailed' }, file: { imported: 11_999, failed: 1 } });
    expect(letter?.failure.details?.map(({ row }) => row)).toEqual([11_991]);
    expect(letter?.file?.failures?.map(({ key }) => key)).toEqual(['files/big/2-failures.csv']);
  });
});

describe('custom objects and program members', () => {
  it.each([
    [
      '/bulk/v1/customobjects/order_c/import.json',
      {},
      'orderId,leadId,amount\nF-1,1001,5\n',
      /customobjects\/order_c\/import\/\d+\/status/,
    ],
    [
      '/bulk/v1/program/5001/members/import.json',
      { programMemberStatus: 'Registered' },
      'email\nmember-file@example.com\n',
      /program\/members\/import\/\d+\/status/,
    ],
  ])('are imported by %s', async (path, query, content, status) => {
    const file = await put(`files/${path.length}.csv`, content);
    await relay.desk.publish(importOf(file, { path, query: { format: 'csv', ...query } }));
    const letters = await untilSettled();
    expect(letters.map(({ failure }) => failure)).toEqual([]);
    expect(paths().at(-1)).toMatch(status);
  });
});

describe('an upload that Marketo does not take', () => {
  it.each(['1016', '1019'])('for %s waits longer each time, without an attempt', async (code) => {
    const file = await put('files/full.csv', `email\nfull-${code}@example.com\n`);
    relay.marketo.setFaults([
      { method: 'POST', path: '/bulk/v1/leads.json', times: 2, gives: { kind: 'code', level: 'response', code } },
    ]);
    await relay.desk.publish(importOf(file, { id: `full-${code}` }));
    await relay.deliver();
    const [first] = await relay.desk.copies();
    relay.later(MINUTE_MS);
    await relay.deliver();
    const [second] = await relay.desk.copies();

    expect(first?.relay).toMatchObject({ attempt: 0, lastCode: code });
    expect(second?.relay).toMatchObject({ attempt: 0, lastCode: code });
    expect(second?.delaySeconds ?? 0).toBeGreaterThan(30);
    relay.later(2 * MINUTE_MS);
    expect(await untilSettled()).toEqual([]);
  });

  it('for an unknown field dies with its code, without the file in the letter, and may be put back', async () => {
    const file = await put('files/field.csv', 'email,shoeSize\nfield@example.com,42\n');
    await relay.desk.publish(importOf(file, { id: 'field' }));
    const [letter] = await untilSettled();
    expect(letter).toMatchObject({
      failure: { code: '1006', outcomeUnknown: false },
      file: { imported: 0, notUploadedFromRow: 1 },
    });
    expect(letter?.request).not.toHaveProperty('body');

    await put('files/field.csv', 'email\nfield@example.com\n');
    await relay.desk.publish(JSON.stringify(letter));
    expect(await untilSettled()).toEqual([]);
  });

  it.each([
    [{ kind: 'code', level: 'response', code: '613' }, '613'],
    [{ kind: 'code', level: 'response', code: '603' }, '603'],
    [{ kind: 'code', level: 'response', code: '610' }, '610'],
    [{ kind: 'code', level: 'response', code: '1003' }, '1003'],
    [{ kind: 'code', level: 'response', code: '1013' }, '1013'],
    [{ kind: 'code', level: 'http', code: '413' }, '413'],
  ] as const)('for %j ends in one dead letter that says that nothing was uploaded', async (gives, code) => {
    const file = await put(`files/no-${code}.csv`, `email\nno-${code}@example.com\n`);
    relay.marketo.setFaults([{ method: 'POST', path: '/bulk/v1/leads.json', gives }]);
    await relay.desk.publish(importOf(file, { id: `no-${code}` }));
    const letters = await untilSettled();
    relay.marketo.setFaults([]);
    expect(
      letters.map(({ failure, file: told }) => [failure.code, failure.outcomeUnknown, told?.notUploadedFromRow]),
    ).toEqual([[code, false, 1]]);
    expect(letters[0]?.file).toMatchObject({ imported: 0, failed: 0 });
  });

  it('for a reason that may pass is tried again', async () => {
    const file = await put('files/busy.csv', 'email\nbusy-file@example.com\n');
    relay.marketo.setFaults([
      {
        method: 'POST',
        path: '/bulk/v1/leads.json',
        times: 1,
        gives: { kind: 'code', level: 'response', code: '713' },
      },
    ]);
    await relay.desk.publish(importOf(file, { id: 'busy' }));
    await relay.deliver();
    const [copy] = await relay.desk.copies();
    expect(copy?.relay).toMatchObject({ attempt: 1, lastCode: '713' });
    relay.later(MINUTE_MS);
    expect(await untilSettled()).toEqual([]);
  });

  it('whose reply is lost is not repeated: the outcome is unknown, and said by rows', async () => {
    const file = await put('files/lost.csv', 'email\nlost-file@example.com\n');
    relay.marketo.setFaults([
      { method: 'POST', path: '/bulk/v1/leads.json', times: 1, gives: { kind: 'reset', when: 'after' } },
    ]);
    await relay.desk.publish(importOf(file, { id: 'lost' }));
    const [letter] = await untilSettled();
    expect(letter).toMatchObject({
      failure: { code: 'outcomeUnknown', outcomeUnknown: true, message: expect.stringContaining('rows 1 to 1') },
      file: { unknownRows: '1-1' },
    });
    expect(paths().filter((path) => path.startsWith('POST'))).toHaveLength(1);
  });

  it('whose reply is lost is repeated where the publisher says that twice does no harm', async () => {
    const file = await put('files/twice.csv', 'email\ntwice-file@example.com\n');
    relay.marketo.setFaults([
      { method: 'POST', path: '/bulk/v1/leads.json', times: 1, gives: { kind: 'reset', when: 'after' } },
    ]);
    await relay.desk.publish(importOf(file, { id: 'twice', idempotent: true }));
    expect(await untilSettled()).toEqual([]);
    expect(paths().filter((path) => path.startsWith('POST'))).toHaveLength(2);
  });
});

describe('a file that cannot be imported', () => {
  it.each([
    ['nothing', undefined, 'is not there'],
    ['an empty object', '', 'the object is empty'],
    ['a header alone', 'email\n', 'there is no row below the header'],
    ['Latin-1', Buffer.from('email,firstName\na@example.com,Jos\xe9\n', 'latin1'), 'not UTF-8'],
    ['UTF-16 with its mark', Buffer.from('\ufeffemail\na@example.com\n', 'utf16le'), 'not UTF-8'],
    ['UTF-16 without', Buffer.from('email\na@example.com\n', 'utf16le'), 'NUL bytes, as UTF-16 has'],
    [
      'a quote that is never closed',
      'email\na@example.com\n"b@example.com\nc@example.com\n',
      'row 2: the file ends inside a quoted cell',
    ],
  ])('because it is %s, costs no call', async (_what, content, message) => {
    const key = `files/refused-${String(_what).length}.csv`;
    const file = content === undefined ? { bucket: relay.wire.bucketName, key } : await put(key, content);
    await relay.desk.publish(importOf(file));
    const [letter] = await untilSettled();
    expect(letter?.failure).toMatchObject({ code: 'fileRefused', message: expect.stringContaining(message) });
    expect(relay.calls()).toEqual([]);
  });

  it('because its content changed between two pieces, says from which row on nothing was uploaded', async () => {
    const rows = Array.from({ length: 11_000 }, (_, index) => `change${index + 1}@example.com,"${'x'.repeat(1_000)}"`);
    const file = await put('files/change.csv', `email,address\n${rows.join('\n')}\n`);
    await relay.desk.publish(importOf(file));
    await relay.deliver();
    await put('files/change.csv', 'email\nother@example.com\n');
    relay.later(MINUTE_MS);
    const [letter] = await untilSettled(60);
    expect(letter?.failure).toMatchObject({
      code: 'fileRefused',
      message: expect.stringContaining('is not what it was'),
    });
    const [copyRows] = [letter?.file?.notUploadedFromRow ?? 0];
    expect(letter?.file?.imported).toBe(copyRows - 1);
  });
});
