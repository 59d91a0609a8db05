import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createS3Journal } from '../../../lib/aws/s3-journal.ts';
import { createS3JournalArchive } from '../../../lib/aws/s3-journal-archive.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../lib/emulators/aws.ts';
import type { JournalEntry } from '../../../lib/journal/entry.ts';
import { createJournal } from '../../../lib/journal/journal.ts';
import { createKeyHash } from '../../../lib/journal/key-hash.ts';
import { SILENT_LOG } from '../../../lib/local/cli/json-log.ts';
import type { RelayTarget } from '../../../lib/local/target/target.ts';
import { entryOf } from '../../journal/entries.ts';
import { readJournal, readObjects } from '../../support/read-journal.ts';
import { type CliUnderTest, startCliUnderTest } from '../support/relay-cli.ts';

const HOUR_MS = 3_600_000;
const ADA = 'ada@example.com';
const BEN = ['lead:email:ben@example.com'];

describe('the journal on the command line', () => {
  let cli: CliUnderTest;
  let s3: S3Client;
  let nowMs: number;

  beforeAll(async () => {
    cli = await startCliUnderTest();
    s3 = new S3Client({
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
      endpoint: cli.wire.endpoints.s3,
      forcePathStyle: true,
    });
  });
  afterAll(async () => {
    s3.destroy();
    await cli.stop();
  });
  beforeEach(async () => {
    await cli.reset();
    const archive = archiveOf();
    for (const key of await archive.list()) await archive.remove(key);
    nowMs = Date.now();
  });

  const archiveOf = () => createS3JournalArchive({ client: s3, bucket: cli.wire.journal.bucketName });
  const hash = (text: string): string => createKeyHash(cli.wire.journal.salt)(text);

  /** Writes what one invocation settled, some hours ago. */
  async function write(hoursAgo: number, ...entries: readonly Partial<JournalEntry>[]): Promise<void> {
    const journal = createJournal({
      store: createS3Journal({ client: s3, bucket: cli.wire.journal.bucketName }),
      salt: async () => cli.wire.journal.salt,
      random: Math.random,
      observe: (event) => expect(event).toBeUndefined(),
      log: SILENT_LOG,
    });
    const settledAtMs = nowMs - hoursAgo * HOUR_MS;
    await journal.write(entries.map((entry) => entryOf({ settledAtMs, publishedAtMs: settledAtMs - 5_000, ...entry })));
  }

  /** Ada's record went round once and was delivered; Ben's is dead; another of Ada's is on the way. */
  async function writeLives(): Promise<void> {
    const publishedAtMs = nowMs - 3 * HOUR_MS;
    const first = { publishedAtMs, relayId: 'order-1', position: 0 };
    await write(
      2.9,
      { ...first, outcome: 'requeued', code: '713' },
      { relayId: 'order-1', publishedAtMs, position: 1, keys: BEN, outcome: 'dead', code: '1003' },
    );
    await write(2, {
      ...first,
      messageId: 'm-2',
      attempts: 2,
      part: 1,
      objects: [{ id: '318', status: 'created' }],
      sentAtMs: nowMs - 2 * HOUR_MS,
      requestId: '1a#2b',
    });
    await write(1, { relayId: 'order-2', position: 0, outcome: 'requeued', code: 'window', attempts: 0 });
  }

  describe('find', () => {
    it('tells every outcome of a person, however the address is written', async () => {
      await writeLives();
      const { status, stdout, stderr } = await cli.run(['find', ' ADA@example.com']);

      expect(status).toBe(0);
      expect(stdout).toContain('order-1 [0]  syncLeads  delivered  Marketo id 318 created');
      expect(stdout).toContain('requestId 1a#2b');
      expect(stdout).toMatch(/before: .*back to the queue \(713\), attempts 1/);
      expect(stdout).toContain('order-2 [0]  syncLeads  on the way (window)');
      expect(stdout).not.toContain('1003');
      expect(stderr).toContain('What names this lead by its id is found by it: relay find 318.');
    });

    it.each([
      ['a relay id', 'order-1', ['delivered', 'dead']],
      ['a Marketo id', '318', ['delivered']],
    ])('finds by %s', async (_, what, states) => {
      await writeLives();
      const { status, stdout } = await cli.run(['find', what, '--json']);

      const { records, complete } = JSON.parse(stdout) as {
        records: { state: string; lines: object[] }[];
        complete: boolean;
      };
      expect([status, complete]).toEqual([0, true]);
      expect(records.map(({ state }) => state).toSorted()).toEqual(states.toSorted());
      expect(records.flatMap(({ lines }) => lines)).toContainEqual(
        expect.objectContaining({ v: 1, relay_id: 'order-1' }),
      );
    });

    it('tells what became of the rows of a file, and verify how many there were', async () => {
      const rows = { imported: 48, failed: 2, warned: 1, failedRows: [7, 41] };
      await write(1, {
        relayId: 'tonight',
        operation: 'importLeads',
        outcome: 'dead',
        code: 'rowsFailed',
        rows,
        keys: [],
      });
      const { stdout } = await cli.run(['find', 'tonight']);

      expect(stdout).toContain('48 rows in, 1 of them with a warning, 2 failed: 7 41');
      expect((await cli.run(['verify'])).stdout).toMatch(
        /rows +48 +of files that were imported; 2 failed, 1 with a warning/,
      );
    });

    it('looks at the dead-letter queue too, for what the journal names and for the person', async () => {
      await write(1, { relayId: 'order-3', position: 0, outcome: 'dead', code: '1006' });
      const body = { path: '/rest/v1/leads.json', body: { input: [{ email: ADA }] } };
      await cli.addLetters(
        { id: 'order-3', code: '1006', body },
        { id: 'order-4', code: '1003', body },
        { id: 'order-5', code: '1003' },
      );
      const { stdout } = await cli.run(['find', ADA, '--json']);

      const { deadLetters } = JSON.parse(stdout) as { deadLetters: { relayId: string; code: string }[] };
      expect(deadLetters.map(({ relayId, code }) => [relayId, code]).toSorted()).toEqual([
        ['order-3', '1006'],
        ['order-4', '1003'],
      ]);
      expect((await cli.run(['find', ADA])).stdout).toContain('2 dead letters on the queue now');
      expect(await cli.deadCounts()).toEqual({ visible: 3, hidden: 0 });
    });

    it('looks no further back than it is told, and says when there is nothing', async () => {
      await write(30, { relayId: 'order-1', position: 0 });
      expect((await cli.run(['find', ADA, '--since', '1h'])).status).toBe(3);
      expect((await cli.run(['find', ADA, '--since', '2d'])).status).toBe(0);
      const nobody = await cli.run(['find', 'nobody@example.com']);
      expect([nobody.status, nobody.stdout]).toEqual([3, '']);
      expect(nobody.stderr).toContain('Nothing of nobody@example.com since 7d');
    });

    it('tells what it could not read, and is not done then', async () => {
      await writeLives();
      const Key = `journal/dt=${new Date(nowMs).toISOString().slice(0, 10)}/broken.ndjson.gz`;
      await s3.send(new PutObjectCommand({ Bucket: cli.wire.journal.bucketName, Key, Body: 'not compressed' }));
      const { status, stderr, stdout } = await cli.run(['find', ADA]);

      expect(status).toBe(1);
      expect(stdout).toContain('Marketo id 318');
      expect(stderr).toContain(`Not read: ${Key}: `);
    });

    it('says of wrong use what would be right', async () => {
      expect((await cli.run(['find', ' '])).stderr).toContain('what is looked for is empty');
      expect((await cli.run(['find', ADA, '--since', 'soon'])).stderr).toContain('--since "soon" is no time');
      const none = await cli.run(['find', ADA, '--journal', 'nowhere'], { target: [] });
      expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('there is no folder journal in')]);
      expect((await cli.run(['find', ADA, '--journal', '.'])).stderr).toContain('leave out --stack and --local');
    });
  });

  describe('find on AWS', () => {
    const athena = mockClient(AthenaClient);
    beforeEach(() => athena.reset());

    const asStack = (target: RelayTarget): RelayTarget => {
      const names = { databaseName: 'relay_db', workGroupName: 'relay-group' };
      const journal = { bucketName: cli.wire.journal.bucketName, saltName: 'marketo-relay/journal-salt', ...names };
      return { ...target, journal, clients: { ...target.clients, athena: new AthenaClient({}) } };
    };

    it('asks Athena for the objects, and reads those alone', async () => {
      await writeLives();
      const keys = await archiveOf().list();
      const path = (key: string) => ({ Data: [{ VarCharValue: `s3://bucket/${key}` }] });
      athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q-1' });
      athena
        .on(GetQueryExecutionCommand)
        .resolvesOnce({ QueryExecution: { Status: { State: 'RUNNING' } } })
        .resolves({
          QueryExecution: { Status: { State: 'SUCCEEDED' }, Statistics: { DataScannedInBytes: 1_234_567 } },
        });
      athena
        .on(GetQueryResultsCommand)
        .resolvesOnce({
          ResultSet: { Rows: [{ Data: [{ VarCharValue: '$path' }] }, path(keys[1] ?? '')] },
          NextToken: 'more',
        })
        .resolves({ ResultSet: { Rows: [] } });
      const { status, stdout, stderr } = await cli.run(['find', ADA, '--json'], { wrapTarget: asStack });

      const { records } = JSON.parse(stdout) as { records: { relayId: string; lines: object[] }[] };
      expect(status).toBe(0);
      expect(records).toMatchObject([{ relayId: 'order-1', state: 'delivered' }]);
      expect(records[0]?.lines).toHaveLength(1);
      expect(stderr).toContain('Athena read 1.2 MB of the journal.');
      const { QueryString, WorkGroup } = athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input ?? {};
      expect(WorkGroup).toBe('relay-group');
      expect(QueryString).toContain(`contains(keys, '${hash(`lead:email:${ADA}`)}')`);
      expect(QueryString).toMatch(/^SELECT DISTINCT "\$path" FROM journal WHERE dt >= '\d{4}-\d\d-\d\d' AND \(/);
      expect(QueryString).not.toContain('example.com');
    });

    it('says why Athena has no answer', async () => {
      athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q-1' });
      athena.on(GetQueryExecutionCommand).resolves({
        QueryExecution: { Status: { State: 'CANCELLED', StateChangeReason: 'Bytes scanned limit was exceeded' } },
      });
      const { status, stderr } = await cli.run(['find', "o'brien"], { wrapTarget: asStack });

      expect([status, stderr]).toEqual([1, expect.stringContaining('cancelled: Bytes scanned limit was exceeded')]);
      expect(athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input.QueryString).toContain(
        "relay_id = 'o''brien'",
      );
    });

    it('ends the query when it is interrupted', async () => {
      athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q-1' });
      athena.on(GetQueryExecutionCommand).resolves({ QueryExecution: { Status: { State: 'QUEUED' } } });
      athena.on(StopQueryExecutionCommand).resolves({});
      const { status } = await cli.run(['find', ADA], {
        wrapTarget: asStack,
        onStart: (interrupt) => setTimeout(interrupt, 50),
      });

      expect(status).not.toBe(0);
      expect(athena.commandCalls(StopQueryExecutionCommand)).toHaveLength(1);
    });

    it('reads all objects instead, where it is told to', async () => {
      await writeLives();
      const { status } = await cli.run(['find', ADA, '--scan'], { wrapTarget: asStack });

      expect([status, athena.calls().length]).toEqual([0, 0]);
    });
  });

  describe('verify', () => {
    it('finds nothing wrong with a sound journal', async () => {
      await writeLives();
      const { status, stdout } = await cli.run(['verify', '--json']);

      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        objects: 3,
        complete: true,
        lines: 4,
        records: 3,
        delivered: 1,
        dead: 1,
        onTheWay: 1,
        violations: [],
      });
      expect((await cli.run(['verify'])).stdout).toMatch(/wrong +0/);
    });

    it('tells each promise that the journal shows broken, and fails', async () => {
      await writeLives();
      await write(0.5, {
        relayId: 'order-1',
        publishedAtMs: nowMs - 3 * HOUR_MS,
        position: 0,
        messageId: 'm-9',
        part: 2,
        outcome: 'dead',
        code: '1003',
      });
      const { status, stdout } = await cli.run(['verify']);

      expect(status).toBe(1);
      expect(stdout).toContain('  oneEnd  order-1 [0]: delivered at ');
      expect(stdout).toContain('  nothingAfterSuccess  order-1 [0]: ');
    });

    it('says when there is nothing to check', async () => {
      expect((await cli.run(['verify'])).status).toBe(3);
    });
  });

  describe('forget', () => {
    const letterOf = (...input: readonly object[]) => ({ path: '/rest/v1/leads.json', body: { input } });

    async function everything(): Promise<string> {
      const objects = await readObjects(cli.wire);
      const lines = await readJournal(cli.wire);
      const { stdout } = await cli.run(['dead-letters', 'list', '--each', '--json']);
      const overflow = await Promise.all(
        (await overflowKeys()).map(async (Key) => {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket: cli.wire.bucketName, Key }));
          return Body?.transformToString();
        }),
      );
      return [JSON.stringify([...objects.keys()]), JSON.stringify(lines), stdout, ...overflow].join('\n');
    }

    async function overflowKeys(): Promise<readonly string[]> {
      const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: cli.wire.bucketName }));
      return Contents.flatMap(({ Key }) => Key ?? []);
    }

    it('says first what it would do, and does nothing', async () => {
      await writeLives();
      await cli.addLetters({ id: 'order-3', code: '1006', body: letterOf({ email: ADA }) });
      const before = await everything();
      const { status, stdout, stderr } = await cli.run(['forget', ADA]);

      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ done: false, journal: { removed: 3 }, deadLetters: { removed: 1 } });
      expect(stderr).toContain('give --yes to do it');
      expect(await everything()).toBe(before);
    });

    it('takes her rows out of the lists of an import, and leaves its dead letter and the file itself', async () => {
      const reason = (address: string) => `Invalid value '${address}'`;
      const put = (Key: string, Body: string) =>
        s3.send(new PutObjectCommand({ Bucket: cli.wire.bucketName, Key: `files/tonight/${Key}`, Body }));
      const other = `jo${ADA}`;
      await put('1-failures.csv', `email;why\n${ADA.toUpperCase()};x\n${other};${reason(other)}\nben;${reason(ADA)}\n`);
      await put('1-rows.json', JSON.stringify([{ row: 1, reason: reason(ADA) }]));
      await put('people.csv', `email\n${ADA}\n`);
      const at = '2027-01-31T12:00:00.000Z';
      const failure = {
        ...{
          level: 'message',
          code: 'rowsFailed',
          name: 'n',
          message: 'm',
          meaning: 'm',
          remedy: 'r',
          retriable: false,
        },
        ...{
          outcomeUnknown: false,
          attempts: 0,
          firstSeen: at,
          details: [{ row: 1, code: 'rowsFailed', message: reason(ADA) }],
        },
      };
      const file = { bucket: 'b', key: 'k', imported: 1, failed: 2, warned: 0 };
      const body = { path: '/bulk/v1/leads.json', query: { format: 'csv' }, file: { bucket: 'b', key: 'k' } };
      await cli.addRaw([
        JSON.stringify({ deadLetter: 1, relayId: 'tonight', failure, file, message: { body }, history: [] }),
      ]);
      const { stdout } = await cli.run(['forget', ADA, '--yes']);

      expect(JSON.parse(stdout)).toMatchObject({
        deadLetters: { removed: 0, rewritten: 1 },
        overflow: { removed: 0, rewritten: 2 },
        notErased: expect.arrayContaining([expect.stringContaining('files that were imported')]),
      });
      const text = async (Key: string) =>
        (
          await s3.send(new GetObjectCommand({ Bucket: cli.wire.bucketName, Key: `files/tonight/${Key}` }))
        ).Body?.transformToString();
      expect(await text('1-failures.csv')).toBe(`email;why\n${other};${reason(other)}\n`);
      expect(await text('1-rows.json')).toBe(JSON.stringify([{ row: 1, reason: reason('[erased]') }]));
      expect(await text('people.csv')).toContain(ADA);
      const [letter] = (await cli.desk.letters()).map(({ letter }) => letter);
      expect(letter?.failure.details).toEqual([{ row: 1, code: 'rowsFailed', message: reason('[erased]') }]);
      await Promise.all(
        ['1-failures.csv', '1-rows.json', 'people.csv'].map((Key) =>
          s3.send(new DeleteObjectCommand({ Bucket: cli.wire.bucketName, Key: `files/tonight/${Key}` })),
        ),
      );
    });

    it('takes a person out of journal, dead letters and overflow, and leaves the others', async () => {
      await writeLives();
      // By the id that the journal knows her by.
      await write(1, { relayId: 'order-9', position: 0, operation: 'deleteLeads', keys: ['lead:id:318'] });
      const large = 'x'.repeat(1_100_000);
      await cli.addLetters(
        { id: 'order-3', code: '1006', body: letterOf({ email: ` ${ADA.toUpperCase()} ` }) },
        {
          id: 'order-4',
          code: '1003',
          positions: [4, 7],
          body: letterOf({ email: ADA, name: 'Ada' }, { email: 'ben@example.com' }),
        },
        { id: 'order-5', code: '1003', body: letterOf({ email: 'ben@example.com' }) },
        { id: 'order-6', code: '1003', body: letterOf({ email: ADA, note: large }) },
        { id: 'order-7', code: '1003', body: letterOf({ email: ADA }, { email: 'ben@example.com', note: large }) },
        {
          id: 'order-8',
          code: '1004',
          body: { method: 'DELETE', path: '/rest/v1/leads.json', body: { input: [{ id: 318 }] } },
        },
      );
      expect(await overflowKeys()).toHaveLength(2);
      const { status, stdout } = await cli.run(['forget', ADA, '--yes']);

      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        done: true,
        by: 'ann@laptop',
        person: hash(`lead:email:${ADA}`),
        journal: { removed: 4, stripped: 0, objectsDeleted: 3, objectsRewritten: 1, leadIds: 1, problems: [] },
        deadLetters: { removed: 3, rewritten: 2 },
        overflow: { removed: 1, rewritten: 1 },
      });
      expect(stdout.toLowerCase()).not.toContain(ADA);
      expect((await readJournal(cli.wire)).map(({ relay_id: id, position }) => [id, position])).toEqual([
        ['order-1', 1],
      ]);
      expect((await everything()).toLowerCase()).not.toContain(ADA);

      const shown = JSON.parse((await cli.run(['dead-letters', 'show', 'order-4', '--json'])).stdout) as {
        message: { body: { body: { input: object[] } }; positions: number[] };
        response?: { body: unknown };
      };
      expect(shown.message).toMatchObject({
        body: { body: { input: [{ email: 'ben@example.com' }] } },
        positions: [7],
      });
      const left = JSON.parse((await cli.run(['dead-letters', 'list', '--each', '--json'])).stdout) as {
        letters: { relayId: string }[];
      };
      expect(left.letters.map(({ relayId }) => relayId).toSorted()).toEqual(['order-4', 'order-5', 'order-7']);
      expect(await cli.audit()).toMatchObject([
        { verb: 'forget', who: 'ann@laptop', person: hash(`lead:email:${ADA}`) },
      ]);
      // What is left still keeps every promise, and of her nothing is left to forget.
      expect((await cli.run(['verify'])).status).toBe(0);
      expect((await cli.run(['forget', ADA, '--yes'])).status).toBe(3);
    });

    it('refuses what is no address', async () => {
      const { status, stderr } = await cli.run(['forget', 'order-1', '--yes']);
      expect([status, stderr]).toEqual([2, expect.stringContaining('"order-1" is no e-mail address')]);
    });
  });

  describe('a journal in a folder', () => {
    it('is found in, verified and erased from as one of a relay is', async () => {
      await writeLives();
      const folder = join(cli.folder, 'copy');
      for (const [key, body] of await readObjects(cli.wire)) {
        mkdirSync(dirname(join(folder, key)), { recursive: true });
        writeFileSync(join(folder, key), body);
      }
      const run = (...argv: string[]) => cli.run([...argv, '--journal', 'copy'], { target: [] });
      const salted = await run('find', ADA);
      expect([salted.status, salted.stderr]).toEqual([1, expect.stringContaining('without the salt nobody is found')]);

      writeFileSync(join(folder, 'journal-salt'), `${cli.wire.journal.salt.reveal()}\n`);
      expect((await run('find', ADA)).stdout).toContain('Marketo id 318 created');
      expect((await run('verify')).status).toBe(0);
      expect(JSON.parse((await run('forget', ADA, '--yes')).stdout)).toMatchObject({ journal: { removed: 3 } });
      expect((await run('find', ADA)).status).toBe(3);
    });
  });
});
