import { describe, expect, it } from 'vitest';
import type { HttpReply } from '../../../lib/marketo/http.ts';
import type { JsonObject } from '../../../lib/marketo/request.ts';
import { done, failed, json, LOST, leads, page, type Script, World } from '../harness.ts';

const FILE = { bucket: 'files', key: 'leads.csv' };
const IMPORT = { path: '/bulk/v1/leads.json', query: { format: 'csv' }, file: FILE, id: 'tonight' };
const uploaded = (batchId = 1001) => json({ success: true, result: [{ batchId, status: 'Queued' }] });
const status = (figures: JsonObject) => json({ success: true, result: [{ batchId: 1001, ...figures }] });
const complete = status({ status: 'Complete', numOfLeadsProcessed: 2, numOfRowsFailed: 0, numOfRowsWithWarning: 0 });

/** A world with a file of two rows, in which Marketo answers uploads and questions so. */
function worldWith(answers: {
  readonly upload?: () => HttpReply;
  readonly status?: () => HttpReply;
  readonly failures?: () => HttpReply;
}): World {
  const script: Script = ({ request, input }) => {
    if (request.method === 'POST' && request.url.includes('/bulk/')) return (answers.upload ?? uploaded)();
    if (request.url.includes('/failures.json')) return (answers.failures ?? (() => page(404)))();
    if (request.url.includes('/bulk/')) return (answers.status ?? (() => complete))();
    return done(input);
  };
  const world = new World({ script });
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

  it('whose worker ends between upload and note is not uploaded again: nobody knows of its rows', async () => {
    const world = worldWith({});
    const records = world.messages([IMPORT]);
    world.accepts = (what) => what !== 'copy';
    const crashed = await world.deliver(records);
    world.accepts = () => true;
    const again = await world.deliver(records.map((record) => ({ ...record, receiveCount: 1 })));

    expect([...crashed.unsettled]).toEqual(records.map(({ messageId }) => messageId));
    expect(uploads(world)).toBe(1);
    expect(again.letters).toEqual([
      expect.objectContaining({
        failure: expect.objectContaining({ code: 'outcomeUnknown', outcomeUnknown: true }),
        file: expect.objectContaining({ unknownRows: '1-2', imported: 0 }),
      }),
    ]);
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
      }),
    ]);
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
  });
});
