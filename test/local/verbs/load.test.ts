import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../lib/emulators/aws.ts';
import type { RelayTarget } from '../../../lib/local/target/target.ts';
import { checkMessageText } from '../../../lib/message/check-message.ts';
import { type CliOptions, type CliUnderTest, startCliUnderTest } from '../support/relay-cli.ts';

let cli: CliUnderTest;
beforeAll(async () => {
  cli = await startCliUnderTest();
});
afterAll(() => cli.stop());
beforeEach(async () => {
  await cli.reset();
  await Promise.all(
    ['people.csv', 'people.rejects.csv', 'people.load.json', 'other.csv'].map((name) =>
      rm(join(cli.folder, name), { force: true }),
    ),
  );
});

const place = (name: string) => join(cli.folder, name);
const write = (content: string | Buffer, name = 'people.csv') => writeFile(place(name), content);
const load = (argv: readonly string[] = [], options: CliOptions = {}) =>
  cli.run(['load', 'people.csv', '--rate', '3000', ...argv], options);

interface Published {
  readonly id: string;
  readonly path: string;
  readonly body: { readonly input: readonly Record<string, unknown>[] } & Record<string, unknown>;
}

/** Takes everything off the queue; each body passes the relay's own checks. */
async function published(): Promise<readonly Published[]> {
  const all: Published[] = [];
  for (let records = await cli.desk.receive(); records.length > 0; records = await cli.desk.receive()) {
    for (const { body } of records) {
      expect(checkMessageText(body).kind).toBe('valid');
      all.push(JSON.parse(body) as Published);
    }
    await cli.desk.acknowledge(records);
  }
  const rowOf = ({ id }: Published): number => Number(id.split('-')[2]);
  return all.sort((one, other) => rowOf(one) - rowOf(other));
}

function people(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `p${index + 1}@example.com,Ann ${index + 1}`);
  return `email,firstName\n${rows.join('\n')}\n`;
}

describe('load', () => {
  it('publishes the rows of a file, 300 in a message, under ids made of the file and its rows', async () => {
    await write(people(700));

    const { status, stdout, stderr } = await load();
    const messages = await published();

    expect(status).toBe(0);
    expect(stdout).toBe('Published 700 records in 3 messages to .marketo-relay, lane live.\n');
    expect(stderr).toContain('has one queue: these messages go there, and live messages wait behind them');
    expect(stderr).toContain(
      "are not checked against the subscription's fields: this relay has not asked for those of leads yet",
    );
    expect(messages.map(({ id }) => id.replace(/[0-9a-f]{16}/, 'X'))).toEqual([
      'load-X-1-300',
      'load-X-301-600',
      'load-X-601-700',
    ]);
    expect(messages.map(({ body }) => body.input.length)).toEqual([300, 300, 100]);
    expect(messages[2]).toMatchObject({
      method: 'POST',
      path: '/rest/v1/leads.json',
      body: { action: 'createOrUpdate', lookupField: 'email' },
    });
    expect(messages[2]?.body.input.at(-1)).toEqual({ email: 'p700@example.com', firstName: 'Ann 700' });
  });

  it.each([
    [
      ['--lookup-field', 'sfdcId', '--action', 'updateOnly', '--partition', 'EU'],
      'sfdcId\nx\n',
      '/rest/v1/leads.json',
      { action: 'updateOnly', lookupField: 'sfdcId', partitionName: 'EU', input: [{ sfdcId: 'x' }] },
    ],
    [
      ['--custom-object', 'car_c'],
      'vin,color\nv1,red\n',
      '/rest/v1/customobjects/car_c.json',
      { action: 'createOrUpdate', dedupeBy: 'dedupeFields', input: [{ vin: 'v1', color: 'red' }] },
    ],
    [
      ['--companies'],
      'externalCompanyId,company\nc1,Acme\n',
      '/rest/v1/companies.json',
      { action: 'createOrUpdate', dedupeBy: 'dedupeFields', input: [{ externalCompanyId: 'c1', company: 'Acme' }] },
    ],
    [
      ['--program', '1001', '--status', 'Attended'],
      'leadId\n5\n',
      '/rest/v1/programs/1001/members/status.json',
      { statusName: 'Attended', input: [{ leadId: 5 }] },
    ],
    [
      ['--program', '1001'],
      'leadId,reachedSuccess\n5,true\n',
      '/rest/v1/programs/1001/members.json',
      { input: [{ leadId: 5, reachedSuccess: 'true' }] },
    ],
    [['--list', '7'], 'id\n5\n6\n', '/rest/v1/lists/7/leads.json', { input: [{ id: 5 }, { id: 6 }] }],
  ])('takes %j', async (argv, content, path, body) => {
    await write(content);
    expect((await load(argv)).status).toBe(0);
    expect(await published()).toEqual([expect.objectContaining({ path, body })]);
  });

  it('shows the columns and the first rows before anything is published', async () => {
    await write('email;First Name;Notes\nann@example.com;"Ann; Lee";x\n');
    const { stderr } = await load(['--map', 'First Name=firstName', '--map', 'Notes=']);
    expect(stderr).toContain('people.csv to leads: cells separated by semicolons');
    expect(stderr).toMatch(/^ {2}First Name {2}firstName$/m);
    expect(stderr).toContain('left out: Notes');
    expect(stderr).toContain('{"email":"ann@example.com","firstName":"Ann; Lee"}');
    expect(stderr).toContain('1 row: 1 record in 1 message');
  });

  it('publishes nothing of a file whose last row is broken', async () => {
    await write(`${people(400)}"never closed,x\n`);
    const { status, stderr } = await load();
    expect(status).toBe(2);
    expect(stderr).toMatch(/relay: people.csv, line 40\d: the file ends inside a quoted cell/);
    expect(await published()).toEqual([]);
    expect(existsSync(place('people.load.json'))).toBe(false);
  });

  it.each([
    ['email,firstName\n', 3, 'has no row below its header'],
    ['', 2, 'people.csv is empty'],
    ['email,email\na,b\n', 2, 'both give "email"'],
  ])('publishes nothing of %j', async (content, exit, message) => {
    await write(content);
    const { status, stderr } = await load();
    expect({ status, stderr }).toEqual({ status: exit, stderr: expect.stringContaining(message) });
    expect(await published()).toEqual([]);
  });

  it.each([
    [['--bucket', 'b'], '--bucket goes with --as file'],
    [['--fields', 'missing.json'], '--fields missing.json cannot be read'],
    [['--map', 'email'], 'give COLUMN=FIELD'],
    [['--rate', '0'], 'a whole number of messages a second, from 1 to 3000'],
    [['--delimiter', 'pipe'], 'Allowed choices are comma, semicolon, tab'],
    [['--as', 'pigeon'], 'Allowed choices are messages, file'],
  ])('refuses %j, and publishes nothing', async (argv, message) => {
    await write(people(1));
    const { status, stderr } = await load(argv);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
    expect(await published()).toEqual([]);
  });

  it('has messages that a call and SQS can take, whatever the size of the rows', async () => {
    const rows = Array.from({ length: 5 }, (_, index) => `p${index}@example.com,"${String(index).repeat(400_000)}"`);
    await write(`email,notes\n${rows.join('\n')}\nbig@example.com,"${'x'.repeat(10_000_000)}"\n`);
    const { status, stderr } = await load();
    expect(status).toBe(1);
    expect(stderr).toContain('line 7: the row takes 10000038 bytes');
    expect((await published()).map(({ body }) => body.input.length)).toEqual([2, 2, 1]);
  });
});

describe('rows that cannot be right', () => {
  const content =
    'email,firstName,score\nann@example.com,Ann,1\n,Bea,2\nbob@example.com,Bob\ncid@example.com,"Cid, ""C""",x\n';
  const describeReply = JSON.stringify({
    result: [{ fields: [{ name: 'email' }, { name: 'firstName' }, { name: 'score', dataType: 'integer' }] }],
  });

  it('are written beside the file with their reason, and loaded from there once mended', async () => {
    await write(content);
    await write(describeReply, 'fields.json');

    const { status, stderr } = await load(['--fields', 'fields.json']);

    expect(status).toBe(1);
    expect(stderr).not.toContain('are not checked');
    expect(stderr).toContain(`3 rows cannot be loaded, and stand in ${place('people.rejects.csv')} to be mended`);
    expect(stderr).toContain('line 3: email is empty');
    expect((await published()).flatMap(({ body }) => body.input)).toEqual([
      { email: 'ann@example.com', firstName: 'Ann', score: 1 },
    ]);
    const rejects = await readFile(place('people.rejects.csv'), 'utf8');
    expect(rejects.split('\r\n')).toEqual([
      'Reject Line,Reject Reason,email,firstName,score',
      '3,email is empty: Marketo finds a record by it,,Bea,2',
      '4,"the row has 2 columns, the header 3",bob@example.com,Bob',
      '5,"score: ""x"" is no whole number up to 2147483647",cid@example.com,"Cid, ""C""",x',
      '',
    ]);

    const mended = rejects.replace(',Bea,', 'bea@example.com,Bea,').replace('com,Bob', 'com,Bob,3').replace(',x', ',4');
    await write(mended.replace('by it,bea', 'by it,bea'), 'other.csv');
    const again = await cli.run(['load', 'other.csv', '--fields', 'fields.json']);
    expect(again.status).toBe(0);
    expect((await published()).flatMap(({ body }) => body.input)).toEqual([
      { email: 'bea@example.com', firstName: 'Bea', score: 2 },
      { email: 'bob@example.com', firstName: 'Bob', score: 3 },
      { email: 'cid@example.com', firstName: 'Cid, "C"', score: 4 },
    ]);
  });

  it('never replace a file that somebody may be mending', async () => {
    await write(content);
    await write('mended', 'people.rejects.csv');
    const { status, stderr } = await load();
    expect(status).toBe(2);
    expect(stderr).toContain(
      'is there already and holds something else: move it away, or name another file with --rejects',
    );
    expect(await readFile(place('people.rejects.csv'), 'utf8')).toBe('mended');
    expect(await published()).toEqual([]);
  });

  it('are checked by a relay that knows the fields', async () => {
    await write('email,shoeSize\nann@example.com,42\n');
    const fields = new Map([['email', { name: 'email', readOnly: false }]]);
    const known = { kind: 'known', known: { fields, dedupeFields: [] } } as const;
    const wrapTarget = (target: RelayTarget) => ({ ...target, fields: { fieldsOf: async () => known } });
    const { status, stderr } = await load([], { wrapTarget });
    expect(status).toBe(2);
    expect(stderr).toContain('column "shoeSize" is no field of leads');
    expect(await published()).toEqual([]);
  });
});

describe('a dry run', () => {
  it('checks everything and leaves nothing behind', async () => {
    await write(`${people(301)},no address\n`);
    const { status, stdout, stderr } = await load(['--dry-run']);
    expect(status).toBe(1);
    expect(stdout).toBe('Nothing was published: 301 records would go in 2 messages.\n');
    expect(stderr).toContain('line 303: email is empty');
    expect(await published()).toEqual([]);
    expect(['people.load.json', 'people.rejects.csv'].filter((name) => existsSync(place(name)))).toEqual([]);
    expect(await cli.audit()).toEqual([]);
  });

  it('says what it found as JSON', async () => {
    await write(people(2));
    const { stdout } = await load(['--dry-run', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: true,
      file: place('people.csv'),
      lane: 'live',
      columns: [
        { column: 'email', field: 'email' },
        { column: 'firstName', field: 'firstName' },
      ],
      ...{ rows: 2, records: 2, messages: 1, rejected: 0, blank: 0 },
      preview: [
        { email: 'p1@example.com', firstName: 'Ann 1' },
        { email: 'p2@example.com', firstName: 'Ann 2' },
      ],
    });
  });
});

describe('a load that ends early', () => {
  /** A queue that answers with a failure from the given request on. */
  function failingFrom(request: number, name: string) {
    let requests = 0;
    return (target: RelayTarget): RelayTarget => {
      const send = target.clients.sqs.send.bind(target.clients.sqs) as (command: unknown) => Promise<unknown>;
      const failing = async (command: unknown) => {
        if (!(command instanceof SendMessageBatchCommand)) return send(command);
        requests += 1;
        if (requests >= request) throw Object.assign(new Error('not allowed'), { name, $fault: 'client' });
        return send(command);
      };
      return { ...target, clients: { ...target.clients, sqs: { send: failing, destroy() {} } as never } };
    };
  }

  it('says how far it came, and goes on there', async () => {
    await write(people(6_100)); // 21 messages in three batches

    const first = await load([], { wrapTarget: failingFrom(2, 'AccessDenied') });
    const plain = await load();
    const rest = await load(['--resume']);

    expect(first.status).toBe(1);
    expect(first.stderr).toContain(
      'Ended after row 3,000: SQS refused a message (AccessDenied): AccessDenied: not allowed',
    );
    expect(plain.status).toBe(2);
    expect(plain.stderr).toContain('a load of people.csv ended after row 3000 of 6100');
    expect(rest.status).toBe(0);
    expect(rest.stdout).toContain('Published 6,100 records in 21 messages');
    const messages = await published();
    expect(messages).toHaveLength(21);
    expect(new Set(messages.flatMap(({ body }) => body.input.map(({ email }) => email))).size).toBe(6_100);
    expect((await cli.audit()).map(({ verb, event }) => `${verb} ${event}`)).toEqual([
      'load started',
      'load ended',
      'load started',
      'load ended',
    ]);
  });

  it('ends in order at Ctrl-C, and publishes the very same messages under --again', async () => {
    await write(people(400));
    const interrupted = await load([], { onStart: (interrupt) => interrupt() });
    expect(interrupted.status).toBe(130);
    expect(await published()).toEqual([]);

    expect((await load()).status).toBe(0);
    const once = await published();
    const second = await load();
    expect(second.status).toBe(2);
    expect(second.stderr).toContain('was loaded to local .marketo-relay already');
    expect((await load(['--again'])).status).toBe(0);
    expect(await published()).toEqual(once);
  });

  it('is not gone on with when the file or what becomes of it is another', async () => {
    await write(people(6_100));
    await load([], { wrapTarget: failingFrom(2, 'AccessDenied') });
    const otherWay = await load(['--resume', '--map', 'firstName=lastName']);
    await write(people(6_101));
    const otherFile = await load(['--resume']);
    for (const { status, stderr } of [otherWay, otherFile]) {
      expect(status).toBe(2);
      expect(stderr).toContain('file, options or relay are not those of the load that ended after row 3000');
    }
  });

  it('was none where --resume is given without a state', async () => {
    await write(people(1));
    const { status, stderr } = await load(['--resume']);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('so no load of this file ended early'),
    });
  });

  it('refuses a state that it has not written', async () => {
    await write(people(1));
    await write('{"version":2}', 'people.load.json');
    const { status, stderr } = await load(['--resume']);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('is not what a load writes') });
  });

  it('may have published what it could not note: it is published again under the same id', async () => {
    await write(people(300));
    const { status, stderr } = await load([], { wrapTarget: failingFrom(1, 'TimeoutError') });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('Ended after row 0') });
    expect((await load(['--resume'])).status).toBe(0);
    expect(await published()).toHaveLength(1);
  });
});

describe('the lane', () => {
  it('is backfill where the relay has a queue for it, and is refused by name where it has none', async () => {
    await write(people(1));
    const urls: (string | undefined)[] = [];
    const withBackfill = (target: RelayTarget): RelayTarget => {
      const send = async (command: {
        readonly input: { readonly QueueUrl?: string; readonly Entries?: readonly { readonly Id: string }[] };
      }) => {
        urls.push(command.input.QueueUrl);
        return { Successful: command.input.Entries?.map(({ Id }) => ({ Id, MessageId: 'm' })) };
      };
      const clients = { ...target.clients, sqs: { send, destroy() {} } as never };
      return { ...target, clients, backfillQueueUrl: 'http://127.0.0.1:1/000000000000/backfill' };
    };
    const byDefault = await load([], { wrapTarget: withBackfill });
    const live = await load(['--lane', 'live', '--again'], { wrapTarget: withBackfill });
    const none = await load(['--lane', 'backfill', '--again']);

    expect(byDefault.stdout).toContain('lane backfill');
    expect(byDefault.stderr).not.toContain('has one queue');
    expect(live.stdout).toContain('lane live');
    expect(urls).toEqual(['http://127.0.0.1:1/000000000000/backfill', cli.wire.queueUrl]);
    expect(none).toMatchObject({ status: 2, stderr: expect.stringContaining('has no queue for backfills') });
  });
});

describe('a load as a file', () => {
  async function objectAt({ bucket, key }: { readonly bucket: string; readonly key: string }): Promise<string> {
    const s3 = new S3Client({
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
      endpoint: cli.wire.endpoints.s3,
      forcePathStyle: true,
    });
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return (await Body?.transformToString()) ?? '';
    } finally {
      s3.destroy();
    }
  }

  it('puts what can be loaded into the bucket, and publishes one message that names it', async () => {
    await write('E-mail;Notes;First Name\nann@example.com;x;"Ann; ""A"""\n;x;Bob\ncid@example.com;x;\n');
    const maps = ['--map', 'E-mail=email', '--map', 'Notes=', '--map', 'First Name=firstName'];

    const { status, stdout, stderr } = await load(['--as', 'file', '--list', '1001', ...maps]);
    const [message, ...others] = (await published()) as unknown as (Published & {
      readonly query: object;
      readonly file: { readonly bucket: string; readonly key: string };
    })[];

    expect(status).toBe(1);
    expect(stderr).toContain('3 rows: 2 records in one file, 1 row rejected');
    expect(stderr).not.toContain('has one queue');
    expect(stdout).toMatch(
      /^Published 2 rows as one file, s3:\/\/\S+\/people.csv, to .marketo-relay, lane live, under the id load-/,
    );
    expect(others).toEqual([]);
    expect(message).toMatchObject({ path: '/bulk/v1/leads.json', query: { format: 'csv', listId: '1001' } });
    expect(message?.file.bucket).toBe(cli.wire.bucketName);
    expect(await objectAt(message?.file ?? { bucket: '', key: '' })).toBe(
      'email,firstName\nann@example.com,"Ann; ""A"""\ncid@example.com,\n',
    );
  });

  it('of any size goes to S3 part by part', async () => {
    const row = `${'x'.repeat(1_000)}\n`;
    await write(
      `email,address\n${Array.from({ length: 17_000 }, (_, index) => `p${index}@example.com,${row}`).join('')}`,
    );
    expect((await load(['--as', 'file'])).status).toBe(0);
    const [message] = (await published()) as unknown as {
      readonly file: { readonly bucket: string; readonly key: string };
    }[];
    const text = await objectAt(message?.file ?? { bucket: '', key: '' });
    expect({ bytes: text.length, end: text.slice(-3), rows: text.split('\n').length }).toEqual({
      bytes: (await readFile(place('people.csv'), 'utf8')).length,
      end: 'xx\n',
      rows: 17_002,
    });
  });

  it.each([
    [['--custom-object', 'car_c'], 'vin\nx\n', '/bulk/v1/customobjects/car_c/import.json', { format: 'csv' }],
    [
      ['--program', '5001', '--status', 'Registered'],
      'email\na@example.com\n',
      '/bulk/v1/program/5001/members/import.json',
      { format: 'csv', programMemberStatus: 'Registered' },
    ],
    [
      ['--lookup-field', 'id', '--action', 'updateOnly'],
      'id\n5\n',
      '/bulk/v1/leads.json',
      { format: 'csv', lookupField: 'id' },
    ],
  ])('takes %j', async (argv, content, path, query) => {
    await write(content);
    expect((await load(['--as', 'file', ...argv])).status).toBe(0);
    expect(await published()).toEqual([expect.objectContaining({ path, query })]);
  });

  it.each([
    [['--companies'], 'Marketo imports no companies'],
    [['--program', '5001'], 'takes --status'],
    [['--action', 'createOnly'], 'an import creates or updates'],
    [['--dedupe-by', 'idField'], '--dedupe-by is not for imports'],
    [['--empty', 'clear'], 'what an import does with an empty cell'],
    [['--custom-object', 'car_c', '--list', '7'], 'goes with neither --program nor --list'],
    [['--bucket', 'no-such-bucket'], 'could not be put to s3://no-such-bucket/'],
  ])('refuses %j', async (argv, message) => {
    await write('email\na@example.com\n');
    const { status, stderr } = await load(['--as', 'file', ...argv]);
    expect(status).not.toBe(0);
    expect(stderr).toContain(message);
    expect(await published()).toEqual([]);
  });

  it('is a second import under --again alone, and the same one when it is taken up again', async () => {
    await write('email\na@example.com\n');
    await load(['--as', 'file']);
    const second = await load(['--as', 'file']);
    await load(['--as', 'file', '--again']);
    const ids = (await published()).map(({ id }) => id);
    expect(second).toMatchObject({ status: 2, stderr: expect.stringContaining('was loaded to') });
    expect(new Set(ids).size).toBe(2);
  });

  it('is advised for many rows, with the reason, where Marketo can import them', async () => {
    await write(people(30_000));
    const asMessages = await load(['--dry-run']);
    const members = await load(['--dry-run', '--list', '7', '--map', 'email=id', '--map', 'firstName=']);
    const asFile = await load(['--dry-run', '--as', 'file']);
    expect(asMessages.stderr).toContain(
      'Each message is a call of the day. --as file imports this file by a few calls',
    );
    expect(members.stderr).not.toContain('--as file');
    expect(asFile.stdout).toBe('Nothing was published: 30,000 records would go in one file.\n');
  });
});
