import { statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readMessage } from '../../../lib/delivery/intake/read-message.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../lib/emulators/aws.ts';
import type { RelayTarget } from '../../../lib/local/target/target.ts';
import { type CliUnderTest, SYNC, startCliUnderTest } from '../support/relay-cli.ts';

let cli: CliUnderTest;
beforeAll(async () => {
  cli = await startCliUnderTest();
});
afterAll(() => cli.stop());
beforeEach(() => cli.reset());

const resend = (...argv: readonly string[]) => cli.run(['dead-letters', 'resend', ...argv]);
const leads = (...input: readonly object[]) => ({
  path: '/rest/v1/leads.json',
  body: { action: 'createOrUpdate', input },
});

/** What lies on the relay's queue, in the order sent, as the relay reads it. */
async function queued() {
  return (await cli.desk.copies()).map(({ body, attributes }) => {
    const relay = { relay: { dataType: 'String', stringValue: attributes.relay ?? '' } };
    const own = Object.entries(attributes).filter(([name]) => name !== 'relay');
    const received = {
      messageId: 'm',
      receiptHandle: 'r',
      body,
      attributes: relay,
      receiveCount: 1,
      sentAtMs: Date.now(),
    };
    const intake = readMessage(received, Date.now());
    const state = intake.kind === 'message' ? intake.message.state : intake.state;
    return { body, kind: intake.kind, state, own: Object.fromEntries(own) };
  });
}

describe('dead-letters resend', () => {
  it('sends what matches under its relay id with a fresh budget, and takes the letters off the queue', async () => {
    const attributes = { tenant: { dataType: 'String', stringValue: 'north' } };
    await cli.addLetters(
      { id: 'a', code: '703', attributes },
      { id: 'b', code: '703', body: leads({ email: 'b@example.com' }), positions: [4] },
      { id: 'c', code: '1003' },
    );

    const { status, stdout } = await resend('--code', '703');

    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Sent 2 of 2 messages again.\n' });
    const messages = await queued();
    expect(messages.map(({ kind, state }) => [kind, state.relayId, state.attempts, state.resends])).toEqual([
      ['message', 'a', 0, 1],
      ['message', 'b', 0, 1],
    ]);
    expect(messages[0]?.own).toEqual({ tenant: 'north' });
    expect(JSON.parse(messages[0]?.body ?? '')).toEqual({ id: 'a', ...SYNC });
    expect(messages[1]?.state.positions).toEqual([4]);
    expect(await cli.deadCounts()).toEqual({ visible: 1, hidden: 0 });
  });

  it('refuses to guess which letters', async () => {
    const { status, stderr } = await resend();
    expect(status).toBe(2);
    expect(stderr).toContain('resend needs to know which letters: give --code');
  });

  it('counts resends, as the letter that comes of the next failure says', async () => {
    await cli.addLetters({ id: 'a' });
    await resend('--all');
    const [first] = await queued();
    expect(first?.state.resends).toBe(1);
  });

  it('sends nothing and takes nothing in a dry run', async () => {
    await cli.addLetters({ id: 'a' }, { id: 'b' });

    const { status, stdout, stderr } = await resend('--all', '--dry-run', '--set', 'industry=Software');

    expect(status).toBe(0);
    expect(stdout).toContain('Would send 2 messages, with 2 changes in their records.');
    expect(stdout).toContain('"industry":"Software"');
    expect(stderr).toContain('nothing was sent');
    expect(await queued()).toEqual([]);
    expect(await cli.deadCounts()).toEqual({ visible: 2, hidden: 0 });
    expect(await cli.backups()).toEqual([]);
    expect(await cli.audit()).toEqual([]);
  });

  it.each([[], ['--dry-run']])(
    'sends nothing when the edits change nothing: the path is misspelt (%s)',
    async (...dry) => {
      await cli.addLetters({ id: 'a' }, { id: 'b' });

      const { status, stdout, stderr } = await resend('--all', '--rename', 'industri=sector', ...dry);

      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain('Nothing is sent: the edits change nothing in 2 messages.');
      expect(await queued()).toEqual([]);
      expect(await cli.deadCounts()).toEqual({ visible: 2, hidden: 0 });
    },
  );

  it('says how many of those that it sends were not changed by the edits', async () => {
    const other = { path: '/rest/v1/leads.json', body: { input: [{ email: 'bo@example.com' }] } };
    await cli.addLetters({ id: 'a' }, { id: 'b', body: other });

    const { status, stdout, stderr } = await resend('--all', '--rename', 'industry=sector');

    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'Sent 2 of 2 messages again, with 1 change in their records.\n',
    });
    expect(stderr).toContain('1 as they were: the edits change nothing in them.');
  });

  it('writes a backup before, and an audit line', async () => {
    await cli.addLetters({ id: 'a', code: '1006' }, { id: 'b', code: '1003' });

    const { stderr } = await resend('--code', '1006', '--rename', 'industry=sector');

    const backup = await cli.backups();
    expect(backup.map(({ body }) => (JSON.parse(String(body)) as { relayId: string }).relayId)).toEqual(['a']);
    const lines = await cli.audit();
    expect(lines.map(({ event }) => event)).toEqual(['started', 'ended']);
    expect(lines[1]).toMatchObject({
      who: 'ann@laptop',
      verb: 'resend',
      filter: 'code 1006',
      edits: ['--rename industry=sector'],
      counts: { sent: 1, failed: 0 },
    });
    expect(stderr).toContain(`Backup: ${String(lines[1]?.backup)}`);
    expect(statSync(String(lines[1]?.backup)).mode & 0o777).toBe(0o600);
  });
});

describe('edits', () => {
  it('act on each record, and leave every digit that they do not name', async () => {
    const body = `{"id":"big","path":"/rest/v1/leads.json","body":{"input":[{"email":"a@example.com","externalId":"9007199254740993123","score":1.50,"favouriteColour":"red","junk":1},{"email":"b@example.com","favouriteColour":null}]}}`;
    await cli.addLetters({ id: 'big', body });

    const { status } = await resend(
      '--id',
      'big',
      '--rename',
      'favouriteColour=favoriteColor',
      '--unset',
      'junk',
      '--set',
      'industry=Software',
      '--set',
      'employees=12345678901234',
      '--set',
      '$.body.lookupField=email',
    );

    expect(status).toBe(0);
    const [message] = await queued();
    expect(message?.body).toContain('"externalId":"9007199254740993123"');
    expect(JSON.parse(message?.body ?? '')).toEqual({
      id: 'big',
      path: '/rest/v1/leads.json',
      body: {
        input: [
          {
            email: 'a@example.com',
            externalId: '9007199254740993123',
            score: 1.5,
            favoriteColor: 'red',
            industry: 'Software',
            employees: 12345678901234,
          },
          { email: 'b@example.com', favoriteColor: null, industry: 'Software', employees: 12345678901234 },
        ],
        lookupField: 'email',
      },
    });
  });

  it('keep a number of 19 digits that makes a message invalid, until an edit mends it', async () => {
    const body =
      '{"id":"n","path":"/rest/v1/leads.json","body":{"input":[{"email":"a@example.com","crmId":9007199254740993123}]}}';
    await cli.addLetters({ id: 'n', body });

    const unmended = await resend('--id', 'n');
    const wrong = await resend('--id', 'n', '--set', 'industry=Software');
    const mended = await resend('--id', 'n', '--set', 'crmId="9007199254740993123"');

    expect(unmended.status).toBe(1);
    expect(unmended.stderr).toContain('got 9007199254740993123');
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toContain('got 9007199254740993123');
    expect(mended.status).toBe(0);
    expect((await queued())[0]?.body).toContain('"crmId":"9007199254740993123"');
  });

  it('that one message would not bear keep all from being sent, and every problem is told', async () => {
    await cli.addLetters(
      { id: 'good', body: leads({ email: 'a@example.com' }) },
      { id: 'bad', body: leads({ email: 'b@example.com', other: 'x', favouriteColour: 'red' }) },
    );

    const { status, stderr } = await resend('--all', '--rename', 'favouriteColour=other');

    expect(status).toBe(1);
    expect(stderr).toContain('Nothing is sent');
    expect(stderr).toContain(
      'bad: the message: expected --rename favouriteColour=other: favouriteColour cannot be renamed',
    );
    expect(await queued()).toEqual([]);
    expect(await cli.deadCounts()).toEqual({ visible: 2, hidden: 0 });
  });

  it.each([
    [['--set', 'industry'], 'there is no "="'],
    [['--set', '..x=1'], '"..x" is no path'],
    [['--rename', 'a='], 'there is no new name'],
  ])('%j are wrong use', async (argv, said) => {
    const { status, stderr } = await resend('--all', ...argv);
    expect(status).toBe(2);
    expect(stderr).toContain(said);
  });

  it('by hand open one letter in the editor', async () => {
    await cli.addLetters({ id: 'a' }, { id: 'b' });
    let shown = '';
    const edit = async (command: string, path: string): Promise<number> => {
      expect(command).toBe('my-editor -w');
      shown = await readFile(path, 'utf8');
      await writeFile(path, shown.replace('Steel', 'Software'));
      return 0;
    };

    const { status } = await cli.run(['dead-letters', 'resend', '--id', 'a', '--edit'], {
      edit,
      env: { EDITOR: 'my-editor -w' },
    });

    expect(status).toBe(0);
    expect(shown).toContain('\n        "industry": "Steel"');
    expect((await queued()).map(({ body }) => JSON.parse(body))).toMatchObject([
      { id: 'a', body: { input: [{ industry: 'Software' }] } },
    ]);
  });

  it('by hand are checked too, need one letter, and may be called off', async () => {
    await cli.addLetters({ id: 'a' }, { id: 'b' });
    const writing =
      (text: string, status = 0) =>
      async (_: string, path: string): Promise<number> => {
        await writeFile(path, text);
        return status;
      };

    const broken = await cli.run(['dead-letters', 'resend', '--id', 'a', '--edit'], { edit: writing('{"path":') });
    const left = await cli.run(['dead-letters', 'resend', '--id', 'a', '--edit'], { edit: async () => 0 });
    const failed = await cli.run(['dead-letters', 'resend', '--id', 'a', '--edit'], { edit: writing('{}', 1) });
    const many = await cli.run(['dead-letters', 'resend', '--all', '--edit']);

    expect(broken).toMatchObject({ status: 1, stderr: expect.stringContaining('expected a JSON object') });
    expect(left).toMatchObject({ status: 1, stderr: expect.stringContaining('was not changed') });
    expect(failed).toMatchObject({ status: 1, stderr: expect.stringContaining('ended with status 1') });
    expect(many).toMatchObject({ status: 2, stderr: expect.stringContaining('2 match') });
    expect(await cli.deadCounts()).toEqual({ visible: 2, hidden: 0 });
    expect(await cli.backups()).toEqual([]);
  });
});

describe('what must not simply be sent again', () => {
  it('is left alone while Marketo may have done it, and goes under a new id when that is meant', async () => {
    await cli.addLetters({ id: 'maybe', code: 'outcomeUnknown' }, { id: 'sure', code: '703' });

    const first = await resend('--all');
    const second = await resend('--all', '--include-unknown');

    expect(first).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('1 skipped, because Marketo may have done it'),
    });
    expect(second.status).toBe(0);
    const messages = await queued();
    expect(messages.map(({ state }) => state.relayId)).toEqual(['sure', 'maybe~1']);
    expect(JSON.parse(messages[1]?.body ?? '')).toMatchObject({ id: 'maybe~1' });
  });

  it('is left alone when the relay would refuse it again, and the others go', async () => {
    await cli.addLetters({ id: 'bad', body: { path: '/soap/x' } }, { id: 'good', code: '703' });

    const { status, stdout, stderr } = await resend('--all');

    expect(status).toBe(0);
    expect(stdout).toContain('Sent 1 of 1 message again');
    expect(stderr).toContain('1 skipped, because the relay would refuse it');
    expect(stderr).toContain('bad: path: expected a path below /rest/v1/');
    expect(await cli.deadCounts()).toEqual({ visible: 1, hidden: 0 });
  });

  it('goes back as it was when SQS moved it, with its own attributes', async () => {
    const stringValue = '{"v":1,"id":"crm-1","attempt":3,"firstSeen":"2026-11-27T00:00:00.000Z"}';
    await cli.addRaw([JSON.stringify({ id: 'crm-1', ...SYNC })], { relay: { dataType: 'String', stringValue } });

    const { status } = await resend('--code', 'movedBySqs');

    expect(status).toBe(0);
    expect((await queued()).map(({ state, body }) => [state.relayId, state.attempts, JSON.parse(body)])).toEqual([
      ['crm-1', 3, { id: 'crm-1', ...SYNC }],
    ]);
  });

  it('is taken out of the bucket when it is too large for SQS, or told to be gone', async () => {
    // As large as SQS takes it: beside it, a letter has no room for anything.
    const large = (marker: string) => {
      const make = (length: number) =>
        leads(
          ...[...Array(33).keys()].map((index) => ({
            email: `${marker}${index}@example.com`,
            notes: 'x'.repeat(length),
          })),
        );
      return make(Math.floor((1_048_000 - JSON.stringify(make(0)).length) / 33));
    };
    await cli.addLetters({ id: 'large', code: '703', body: large('a') }, { id: 'gone', code: '703', body: large('b') });
    const s3 = new S3Client({
      endpoint: cli.wire.endpoints.s3,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
      forcePathStyle: true,
    });
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: cli.wire.bucketName, Prefix: 'dead-letters/gone/' }),
    );
    for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket: cli.wire.bucketName, Key }));
    s3.destroy();

    const { status, stderr } = await resend('--all', '--set', 'notes=short');

    expect(status).toBe(1);
    expect(stderr).toContain('1 cannot be sent: the message is no longer there');
    expect(stderr).toContain('gone: the whole letter is not in s3://');
    const messages = await queued();
    expect(messages.map(({ state }) => state.relayId)).toEqual(['large']);
    expect(messages[0]?.body).toContain('"notes":"short"');
    expect(await cli.deadCounts()).toEqual({ visible: 1, hidden: 0 });
  });

  it('keeps its ten attributes although there is no room for the own attribute of the relay', async () => {
    const attributes = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`a${index}`, { dataType: 'String', stringValue: `${index}` }]),
    );
    await cli.addLetters({ id: 'ten', code: '703', attributes });

    expect((await resend('--all')).status).toBe(0);

    const [copy] = await cli.desk.copies();
    const received = {
      messageId: 'm',
      receiptHandle: 'r',
      body: copy?.body ?? '',
      attributes: {},
      receiveCount: 1,
      sentAtMs: Date.now(),
    };
    const intake = readMessage(received, Date.now());
    expect(intake).toMatchObject({ kind: 'message', message: { state: { relayId: 'ten' } } });
    expect(intake.kind === 'message' && Object.keys(intake.message.received.attributes)).toHaveLength(10);
  });
});

describe('order and loss', () => {
  it('sends all that match, not a page, those of one key oldest first', async () => {
    const startMs = Date.now() - 3_600_000;
    const specs = Array.from({ length: 60 }, (_, index) => ({
      id: `m${index}`,
      code: '703',
      body: leads({ email: `${index % 3}@example.com`, n: index }),
      firstSeenMs: startMs + ((index * 37) % 60) * 1_000,
    }));
    await cli.addLetters(...specs);

    expect((await resend('--all', '--rate', '3000')).status).toBe(0);

    const messages = (await queued()).map(({ body }) => {
      const {
        id,
        body: { input },
      } = JSON.parse(body) as { id: string; body: { input: { email: string }[] } };
      const spec = specs.find((one) => one.id === id);
      return { key: input[0]?.email, firstSeenMs: spec?.firstSeenMs ?? 0 };
    });
    expect(messages).toHaveLength(60);
    for (const key of ['0@example.com', '1@example.com', '2@example.com']) {
      const times = messages.filter((one) => one.key === key).map(({ firstSeenMs }) => firstSeenMs);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
    }
  });

  it('never takes a letter whose copy is not accepted, holds back what is behind it, and says so', async () => {
    await cli.addLetters(
      { id: 'first', code: '703', body: leads({ email: 'a@example.com', n: 1 }), firstSeenMs: 1_000 },
      { id: 'second', code: '703', body: leads({ email: 'a@example.com', n: 2 }), firstSeenMs: 2_000 },
      { id: 'other', code: '703', body: leads({ email: 'b@example.com' }), firstSeenMs: 3_000 },
    );

    const { status, stdout, stderr } = await cli.run(['dead-letters', 'resend', '--all'], {
      wrapTarget: (target) => refusing(target, (body) => body.includes('"n":1')),
    });

    expect(status).toBe(1);
    expect(stdout).toContain('Sent 1 of 3');
    expect(stderr).toContain('first: InternalError');
    expect(stderr).toContain('1 held back');
    expect((await queued()).map(({ state }) => state.relayId)).toEqual(['other']);
    expect(await cli.deadCounts()).toEqual({ visible: 2, hidden: 0 });
  });

  it('finishes the batch in hand at Ctrl-C, and leaves the rest where it is', async () => {
    await cli.addLetters(
      ...Array.from({ length: 30 }, (_, index) => ({
        id: `m${index}`,
        code: '703',
        body: leads({ email: `${index}@example.com` }),
      })),
    );
    let interrupt = (): void => {};

    const { status, stdout, stderr } = await cli.run(
      ['dead-letters', 'resend', '--all', '--rate', '20', '--set', 'city=Oslo'],
      {
        onStart: (one) => {
          interrupt = one;
        },
        wrapTarget: (target) => onSend(target, () => interrupt()),
      },
    );

    const sent = (await queued()).length;
    expect(status).toBe(130);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(30);
    expect(stdout).toBe(`Sent ${sent} of 30 messages again.\n`);
    expect(stderr).toContain(`${30 - sent} not begun`);
    expect(await cli.deadCounts()).toEqual({ visible: 30 - sent, hidden: 0 });
  });

  it('shows letters that do not match to others while it sends', async () => {
    await cli.addLetters({ id: 'a', code: '703' }, { id: 'b', code: '1003' });
    let seen: object = {};
    await cli.run(['dead-letters', 'resend', '--code', '703'], {
      wrapTarget: (target) =>
        withSend(target, async (command, send) => {
          seen = await cli.deadCounts();
          return send(command);
        }),
    });
    expect(seen).toEqual({ visible: 1, hidden: 1 });
  });

  it('gives the whole result as JSON', async () => {
    await cli.addLetters({ id: 'a', code: '703' }, { id: 'u', code: 'outcomeUnknown' });
    const { stdout } = await resend('--all', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      sent: 1,
      failed: [],
      skipped: { outcomeUnknown: [{ relayId: 'u' }] },
      backup: expect.stringContaining(join(cli.folder, '.marketo-relay', 'backups')),
    });
  });
});

/** A queue that refuses some of the messages sent to it, as SQS may. */
function refusing(target: RelayTarget, isRefused: (body: string) => boolean): RelayTarget {
  return withSend(target, async (command, send) => {
    const { Entries = [], QueueUrl } = command.input;
    const kept = Entries.filter(({ MessageBody = '' }) => !isRefused(MessageBody));
    const refused = Entries.filter((entry) => !kept.includes(entry));
    const reply = kept.length === 0 ? {} : await send(new SendMessageBatchCommand({ QueueUrl, Entries: kept }));
    const Failed = refused.map(({ Id }) => ({ Id, Code: 'InternalError', Message: 'no', SenderFault: false }));
    return { ...reply, Failed };
  });
}

function onSend(target: RelayTarget, after: () => void): RelayTarget {
  return withSend(target, async (command, send) => {
    const reply = await send(command);
    after();
    return reply;
  });
}

function withSend(
  target: RelayTarget,
  answer: (
    command: SendMessageBatchCommand,
    send: (command: SendMessageBatchCommand) => Promise<object>,
  ) => Promise<object>,
): RelayTarget {
  const { sqs } = target.clients;
  const real = sqs.send.bind(sqs) as (command: object) => Promise<object>;
  const send = (command: object): Promise<object> =>
    command instanceof SendMessageBatchCommand ? answer(command, real) : real(command);
  return { ...target, clients: { ...target.clients, sqs: Object.assign(Object.create(sqs), { send }) as SQSClient } };
}
