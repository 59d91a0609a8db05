import { describe, expect, it } from 'vitest';
import type { LedgerLimits } from '../../../lib/ledger/limits.ts';
import type { HttpReply } from '../../../lib/marketo/http.ts';
import type { JsonObject } from '../../../lib/marketo/request.ts';
import { done, failed, json, LOST, leads, page, type Script, World } from '../harness.ts';

const FILE = { bucket: 'files', key: 'leads.csv' };
const IMPORT = { path: '/bulk/v1/leads.json', query: { format: 'csv' }, file: FILE, id: 'tonight' };
const uploaded = (batchId = 1001) => json({ success: true, result: [{ batchId, status: 'Queued' }] });
const status = (figures: JsonObject) => json({ success: true, result: [{ batchId: 1001, ...figures }] });
const complete = status({ status: 'Complete', numOfLeadsProcessed: 2, numOfRowsFailed: 0, numOfRowsWithWarning: 0 });

/** A world with a file of two rows, in which Marketo answers uploads and questions so. */
function worldWith(
  answers: {
    readonly upload?: () => HttpReply;
    readonly status?: () => HttpReply;
    readonly failures?: () => HttpReply;
    readonly warnings?: () => HttpReply;
  },
  limits: Partial<LedgerLimits> = {},
): World {
  const script: Script = ({ request, input }) => {
    if (request.method === 'POST' && request.url.includes('/bulk/')) return (answers.upload ?? uploaded)();
    if (request.url.includes('/warnings.json')) return (answers.warnings ?? (() => page(404)))();
    if (request.url.includes('/failures.json')) return (answers.failures ?? (() => page(404)))();
    if (request.url.includes('/bulk/')) return (answers.status ?? (() => complete))();
    return done(input);
  };
  const world = new World({ script, limits });
  world.files.objects.set(FILE.key, Buffer.from('email\nann@example.com\nbob@example.com\n'));
  return world;
}

const uploads = (world: World): number => world.calls.filter(({ request }) => request.method === 'POST').length;

describe('an import', () => {
  it('goes its way beside the other messages of its batch', async () => {
    const world = worldWith({});
    const settled = await world.deliver(world.messages([leads('one@example.com'), IMPORT, leads('two@example.com')]));
    expect(settled.unsettled.size).toBe(0);
    expect(settled.calls.map(({ request }) => new URL(request.url).pathname).sort()).toEqual([
      '/bulk/v1/leads.json',
      '/rest/v1/leads.json',
    ]);
    expect(settled.copies).toHaveLength(1);
  });

  it('whose worker ends before its retry message is accepted goes on with the job of its upload', async () => {
    const world = worldWith({});
    const records = world.messages([IMPORT]);
    world.accepts = (what) => what !== 'copy';
    const crashed = await world.deliver(records);
    world.accepts = () => true;
    await world.deliverAll(records.map((record) => ({ ...record, receiveCount: 1 })));

    expect([...crashed.unsettled]).toEqual(records.map(({ messageId }) => messageId));
    expect({ uploads: uploads(world), letters: world.letters }).toEqual({ uploads: 1, letters: [] });
    expect(world.events).toContainEqual(expect.objectContaining({ kind: 'delivered', relayId: 'tonight', records: 2 }));
  });

  it('whose worker ends between upload and note is not uploaded again: nobody knows of its rows', async () => {
    const world = worldWith({});
    const { complete } = world.deps.sendOnce;
    Object.assign(world.deps.sendOnce, { complete: async () => Promise.reject(new Error('the worker ends')) });
    const records = world.messages([IMPORT]);
    world.accepts = (what) => what !== 'copy';
    await world.deliver(records);
    Object.assign(world.deps.sendOnce, { complete });
    world.accepts = () => true;
    await world.time.finish(world.time.sleep(60 * 60_000));
    const again = await world.deliver(records);

    expect(uploads(world)).toBe(1);
    expect(again.letters).toEqual([
      expect.objectContaining({
        failure: expect.objectContaining({ code: 'outcomeUnknown', outcomeUnknown: true }),
        file: expect.objectContaining({ unknownRows: '1-2', imported: 0 }),
      }),
    ]);
  });

  it('that is published twice under one id is uploaded once, and both copies end alike', async () => {
    const world = worldWith({});
    await world.deliver(world.messages([IMPORT]));
    await world.deliverAll(world.messages([IMPORT]));
    expect({ uploads: uploads(world), letters: world.letters }).toEqual({ uploads: 1, letters: [] });
  });

  it('does not go on with the job of another content under its key', async () => {
    const world = worldWith({});
    await world.deliver(world.messages([IMPORT]));
    world.files.objects.set(FILE.key, Buffer.from('email\ncid@example.com\n'));
    const { letters } = await world.deliver(world.messages([IMPORT]));
    expect(uploads(world)).toBe(1);
    expect(letters.map(({ failure, file }) => [failure.code, file?.unknownRows])).toEqual([['outcomeUnknown', '1-1']]);
  });

  it('that may be repeated is uploaded again', async () => {
    const world = worldWith({});
    const records = world.messages([{ ...IMPORT, idempotent: true }]);
    world.accepts = (what) => what !== 'copy';
    await world.deliver(records);
    world.accepts = () => true;
    await world.deliverAll(records);
    expect({ uploads: uploads(world), letters: world.letters.length }).toEqual({ uploads: 2, letters: 0 });
  });

  it('whose dead letter is not accepted is settled later, without another upload', async () => {
    const world = worldWith({ upload: () => LOST });
    const records = world.messages([IMPORT]);
    world.accepts = (what) => what !== 'letter';
    await world.deliver(records);
    world.accepts = () => true;
    await world.deliverAll(records);
    const codes = world.letters.map(({ failure }) => failure.code);
    expect({ uploads: uploads(world), codes }).toEqual({ uploads: 1, codes: ['outcomeUnknown'] });
  });

  it('that cannot be remembered is not begun', async () => {
    const world = worldWith({});
    const attributes = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`mine${index}`, { dataType: 'String', stringValue: 'x' }]),
    );
    const { letters, calls } = await world.deliver(world.messages([IMPORT], { attributes }));
    expect(calls).toEqual([]);
    expect(letters[0]?.failure).toMatchObject({
      code: 'fileRefused',
      message: expect.stringContaining('one free attribute'),
    });
  });

  it('past its notAfter is not uploaded; once uploaded it goes on to its end', async () => {
    const world = worldWith({});
    const soon = new Date(world.time.nowMs + 1_000).toISOString();
    await world.deliverAll(world.messages([{ ...IMPORT, notAfter: soon }]));
    expect(world.letters).toEqual([]);
    await world.deliver(world.messages([{ ...IMPORT, id: 'late', notAfter: soon }]));
    expect(world.letters.map(({ failure }) => failure.code)).toEqual(['expired']);
    expect(uploads(world)).toBe(1);
  });

  it('is not begun where the operation is not allowed', async () => {
    const world = worldWith({});
    Object.assign(world.deps.limits, { allowedOperations: ['*', '!import*'] });
    const { letters, calls } = await world.deliver(world.messages([IMPORT]));
    expect(calls).toEqual([]);
    expect(letters.map(({ failure, file }) => [failure.code, file?.notUploadedFromRow])).toEqual([
      ['operationNotAllowed', 1],
    ]);
  });

  it('past its notAfter whose worker may have ended in the upload does not say that nothing was uploaded', async () => {
    const world = worldWith({});
    const gone = new Date(world.time.nowMs - 1_000).toISOString();
    await world.deliverAll(
      world.messages([{ ...IMPORT, notAfter: gone }]).map((record) => ({ ...record, receiveCount: 2 })),
    );
    expect(world.letters.map(({ failure, file }) => [failure.code, failure.outcomeUnknown, file])).toEqual([
      ['outcomeUnknown', true, { ...FILE, imported: 0, failed: 0, warned: 0, unknownRows: '1-' }],
    ]);
  });

  it('past its notAfter, published twice, does not say so of what its twin has uploaded', async () => {
    const world = worldWith({});
    const soon = new Date(world.time.nowMs + 1_000).toISOString();
    const late = { ...IMPORT, id: 'twin', notAfter: soon };
    await world.deliverAll(world.messages([late]));
    await world.deliver(world.messages([late]));
    expect(world.letters.map(({ failure }) => [failure.code, failure.outcomeUnknown])).toEqual([
      ['outcomeUnknown', true],
    ]);
    expect(uploads(world)).toBe(1);
  });

  it('alone on the queue makes the health check that ends a stop of the line', async () => {
    const world = worldWith({ status: () => (world.isDown ? failed('608') : complete) });
    world.isDown = true;
    const imports = ['one', 'two', 'three'].map((id) => ({ ...IMPORT, id }));
    let batch = world.messages(imports);
    for (let round = 0; round < 12; round += 1) {
      const { copies } = await world.deliver(batch);
      await world.time.finish(world.time.sleep(60_000));
      batch = copies.map((copy) => world.received(copy));
    }
    expect(world.deps.ledger.status()?.lineStop).toMatchObject({ reason: 'transientFailures' });
    world.isDown = false;
    await world.deliverAll(batch);
    expect({ letters: world.letters.length, uploads: uploads(world) }).toEqual({ letters: 0, uploads: 3 });
  });

  it('waits without an attempt while the store of files is out of reach', async () => {
    const world = worldWith({});
    const { read } = world.files;
    Object.assign(world.files, { read: async () => Promise.reject(new Error('ETIMEDOUT')) });
    const { copies, calls } = await world.deliver(world.messages([IMPORT]));
    Object.assign(world.files, { read });
    expect(calls).toEqual([]);
    expect(copies[0]?.attributes.relay?.stringValue).toContain('"attempt":0');
    expect(copies[0]?.attributes.relay?.stringValue).toContain('"lastCode":"fileUnreachable"');
  });
});

describe('a job at Marketo', () => {
  it('is asked about again when a question fails, with a fresh budget after each that succeeds', async () => {
    let asked = 0;
    const world = worldWith({
      status: () => {
        asked += 1;
        if (asked === 30) return complete;
        return asked % 3 === 0 ? status({ status: 'Importing' }) : failed('713');
      },
    });
    await world.deliverAll(world.messages([IMPORT]));
    expect({ asked, letters: world.letters, uploads: uploads(world) }).toEqual({ asked: 30, letters: [], uploads: 1 });
  });

  it.each([
    ['gives up', () => status({ status: 'Failed', message: 'no memory' }), /rows 1-2, job 1001: Failed: no memory/],
    ['is not known any more', () => failed('1013', 'Batch not found'), /rows 1-2, job 1001: 1013 Batch not found/],
    ['says what nobody knows', () => status({ status: 'Dancing' }), /its status is "Dancing"/],
    ['fails at every question', () => failed('713'), /rows 1-2, job 1001: 713/],
  ])('that %s ends in a dead letter that says which rows are in doubt', async (_what, answer, message) => {
    const world = worldWith({ status: answer });
    await world.deliverAll(world.messages([IMPORT]));
    expect(world.letters).toEqual([
      expect.objectContaining({
        failure: expect.objectContaining({ outcomeUnknown: true, message: expect.stringMatching(message) }),
        file: expect.objectContaining({ unknownRows: '1-2' }),
      }),
    ]);
    expect(uploads(world)).toBe(1);
  });

  it('is asked for each list once where the window has a place for one call', async () => {
    const csv = (column: string): HttpReply => ({
      ...page(200, `email,${column}\nann@example.com,why\n`),
      headers: { 'content-type': 'text/csv' },
    });
    const world = worldWith(
      {
        status: () =>
          status({ status: 'Complete', numOfLeadsProcessed: 1, numOfRowsFailed: 1, numOfRowsWithWarning: 1 }),
        failures: () => csv('Import Failure Reason'),
        warnings: () => csv('Import Warning Reason'),
      },
      { windowCalls: 1 },
    );
    await world.deliverAll(world.messages([IMPORT]));
    const asked = world.calls.map(({ request }) => new URL(request.url).pathname);
    expect(asked).toEqual([
      '/bulk/v1/leads.json',
      '/bulk/v1/leads/batch/1001.json',
      '/bulk/v1/leads/batch/1001/failures.json',
      '/bulk/v1/leads/batch/1001/warnings.json',
    ]);
    expect(world.letters[0]?.file).toMatchObject({
      imported: 1,
      failed: 1,
      warned: 1,
      failures: [{ bucket: 'letters' }],
    });
  });

  it('that counts a failed row and has no file of it still says so', async () => {
    const world = worldWith({
      status: () => status({ status: 'Complete', numOfLeadsProcessed: 1, numOfRowsFailed: 1, numOfRowsWithWarning: 0 }),
    });
    await world.deliverAll(world.messages([IMPORT]));
    expect(world.letters.map(({ failure, file }) => [failure.code, file?.failed, file?.failures])).toEqual([
      ['rowsFailed', 1, undefined],
    ]);
  });

  it.each([
    ['delivered', 0],
    ['dead', 1],
  ])('is told of as %s when %i rows failed, with the correlation of its publisher', async (word, numOfRowsFailed) => {
    const world = worldWith({
      status: () => status({ status: 'Complete', numOfLeadsProcessed: 1, numOfRowsFailed, numOfRowsWithWarning: 0 }),
    });
    await world.deliverAll(world.messages([{ ...IMPORT, correlation: 'batch 7' }]));
    expect(world.results).toEqual([
      expect.objectContaining({
        relayId: 'tonight',
        operation: 'importLeads',
        status: word,
        correlation: 'batch 7',
        waiting: 0,
        rows: { imported: 1, failed: numOfRowsFailed, warned: 0 },
      }),
    ]);
    const rows = { imported: 1, failed: numOfRowsFailed, warned: 0 };
    expect(world.journal.at(-1)).toMatchObject({ outcome: word, rows });
  });

  it('that gives a row back in another form has its reason without a number', async () => {
    const world = worldWith({
      status: () => status({ status: 'Complete', numOfLeadsProcessed: 0, numOfRowsFailed: 2, numOfRowsWithWarning: 0 }),
      failures: () => ({
        ...page(200, 'email,Import Failure Reason\nBOB@example.com,bad\nann@example.com,worse\n'),
        headers: { 'content-type': 'text/csv' },
      }),
    });
    await world.deliverAll(world.messages([IMPORT]));
    expect(world.letters[0]?.failure.details).toEqual([
      { row: 1, code: 'rowsFailed', message: 'worse' },
      { code: 'rowsFailed', message: 'bad' },
    ]);
    expect(world.journal.at(-1)?.rows).toEqual({ imported: 0, failed: 2, warned: 0, failedRows: [1] });
  });
});
