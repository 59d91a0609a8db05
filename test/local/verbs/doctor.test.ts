import { stripVTControlCharacters as stripped } from 'node:util';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPauseNotes } from '../../../lib/aws/pause-note.ts';
import { CHECK_NAMES } from '../../../lib/local/doctor/examine.ts';
import { type DoctorWorld, SECRET, startDoctorWorld, TOPIC } from '../support/doctor-world.ts';

let under: DoctorWorld;
beforeAll(async () => {
  under = await startDoctorWorld();
});
afterAll(() => under.stop());
beforeEach(() => under.reset());

const said = (text: string) => expect.objectContaining({ said: expect.stringContaining(text) });

describe('relay doctor on a stack', () => {
  it('says of a sound one that everything is well, and ends with status 0', async () => {
    const { status, checks } = await under.doctor();

    expect(checks.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    expect([...new Set(checks.map(({ check }) => check))]).toEqual([...CHECK_NAMES]);
    expect(status).toBe(0);
  });

  it('prints neither secret nor token, asks identity once, and takes a permit for each call', async () => {
    const { identityCalls, apiCalls } = under.marketo.stats;

    const { text } = await under.doctor();
    const plain = await under.cli.run(['doctor'], { target: ['--stack', 'Relay'] });

    expect(under.marketo.stats.identityCalls - identityCalls).toBe(2);
    expect(under.marketo.stats.apiCalls - apiCalls).toBe(4);
    const status = await under.cli.run(['status', '--json'], { target: ['--stack', 'Relay'] });
    expect(JSON.parse(status.stdout)).toMatchObject({ quota: { used: 4 }, calls: { inFlight: 0 } });
    for (const secret of [under.marketo.clientSecret, under.marketo.clientId, await tokenOf(under)]) {
      expect(text + plain.stdout).not.toContain(secret);
    }
  });

  it('shows what is wrong first, and keeps within a narrow terminal', async () => {
    under.world.mapping = { State: 'Disabled' };
    const { status, stdout } = await under.cli.run(['doctor'], {
      target: ['--stack', 'Relay'],
      columns: 60,
      isTTY: true,
    });

    const [, first = ''] = stripped(stdout).split('\n');
    expect(status).toBe(1);
    expect(first).toMatch(/^wrong +mapping/);
    expect(
      Math.max(
        ...stripped(stdout)
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
    expect(stripped(stdout)).toContain('1 wrong, 0 warnings, 0 not checked, 13 ok');
  });
});

it('checks a local relay too, and says what only a deployed one has', async () => {
  under.cli.control.settings = under.wire.settingsFor(under.marketo) as Record<string, string>;
  under.cli.control.mappingEnabled = false;

  const { status, checks } = await under.doctor({ target: ['--local'] });

  const local = checks.filter(({ verdict }) => verdict === 'notChecked');
  expect(local.map(({ check }) => check)).toEqual(['functions', 'alarms']);
  expect(local.map(({ said }) => said)).toEqual(Array(2).fill('local: only a deployed relay has this'));
  expect(checks.filter(({ verdict }) => verdict === 'wrong').map(({ check }) => check)).toEqual(['mapping']);
  expect(status).toBe(1);
});

describe('mapping', () => {
  const note = (by: 'person' | 'govern', reason: string): Promise<void> =>
    createPauseNotes(under.wire.dynamodb, under.wire.tableName, new URL(under.marketo.url).host).write({
      by,
      who: by === 'govern' ? 'govern' : 'ann@laptop',
      reason,
      sinceMs: Date.parse('2027-01-31T12:00:00Z'),
    });

  it('is wrong when it is disabled and nobody says by whom', async () => {
    under.world.mapping = { State: 'Disabled' };
    expect((await under.doctor()).of('mapping')).toMatchObject([
      {
        verdict: 'wrong',
        said: expect.stringContaining('no note says by whom'),
        remedy: expect.stringContaining('resume'),
      },
    ]);
  });

  it('tells who paused it and why: a person on purpose, or the relay itself', async () => {
    under.world.mapping = { State: 'Disabled' };
    await note('person', 'maintenance');
    const byPerson = await under.doctor();
    await note('govern', 'credentialsRefused');
    const byItself = await under.doctor();

    expect(byPerson.of('mapping')).toMatchObject([
      { verdict: 'warning', said: expect.stringContaining('maintenance') },
    ]);
    expect(byItself.of('mapping')).toMatchObject([
      {
        verdict: 'wrong',
        said: expect.stringMatching(/by the relay itself since 2027-01-31.*refuses the credentials/),
      },
    ]);
  });

  it('warns of a note beside a mapping that is enabled, and of one that is being changed', async () => {
    await note('person', 'maintenance');
    const enabled = await under.doctor();
    under.world.mapping = { State: 'Disabling' };
    const changing = await under.doctor();

    expect(enabled.of('mapping')).toMatchObject([
      { verdict: 'warning', said: expect.stringContaining('although a note') },
    ]);
    expect(changing.of('mapping')).toMatchObject([{ verdict: 'warning', said: 'the mapping is disabling' }]);
  });

  it("tells Lambda's word of the last batch when it is bad", async () => {
    under.world.mapping = { State: 'Enabled', LastProcessingResult: 'PROBLEM: Function call failed' };
    expect((await under.doctor()).of('mapping')).toContainEqual(said('PROBLEM: Function call failed'));
  });
});

describe('settings and functions', () => {
  it('names each setting that the function cannot start with', async () => {
    under.setSettings({ MARKETO_SECRET_ID: SECRET, MAX_CONCURRENT_CALLS: '0', QUOTA_TIME_ZONE: 'Mars/Base' });
    expect((await under.doctor()).of('settings')).toEqual([
      expect.objectContaining({ verdict: 'wrong', said: expect.stringMatching(/^MAX_CONCURRENT_CALLS .*0/) }),
      expect.objectContaining({ verdict: 'wrong', said: expect.stringMatching(/^QUOTA_TIME_ZONE .*Mars\/Base/) }),
    ]);
  });

  it('tells a function that failed, one that is not active, and an update that failed, each with its reason', async () => {
    const { functions } = under.world;
    under.world.functions = {
      deliver: { ...functions.deliver, LastUpdateStatus: 'Failed', LastUpdateStatusReason: 'The image is gone' },
      govern: { State: 'Failed', StateReason: 'The role was deleted' },
    };
    expect((await under.doctor()).of('functions')).toMatchObject([
      {
        verdict: 'wrong',
        said: expect.stringContaining('deliver failed, and the one before still runs: The image is gone'),
      },
      { verdict: 'wrong', said: 'govern has failed: The role was deleted' },
    ]);
  });

  it('tells a function that was deleted', async () => {
    const { deliver = {} } = under.world.functions;
    under.world.functions = { deliver };
    expect((await under.doctor()).of('functions')).toMatchObject([
      { verdict: 'wrong', said: 'the function govern: there is none' },
    ]);
  });
});

describe('queues and stores', () => {
  const set = (QueueUrl: string, Attributes: Readonly<Record<string, string>>) =>
    under.wire.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));

  it('says of each queue what of it is not as the stack makes it', async () => {
    const { queueUrl, deadLetterQueueUrl, queueArn } = under.wire;
    const sound = { deadLetterTargetArn: `${queueArn}-dead-letters`, maxReceiveCount: 60 };
    under.world.functions = { ...under.world.functions, deliver: { ...under.world.functions.deliver, Timeout: 420 } };
    await set(queueUrl, {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: `${queueArn}-other`, maxReceiveCount: 3 }),
    });
    await set(deadLetterQueueUrl, { MessageRetentionPeriod: '345600' });
    const wrong = await under.doctor();
    await set(queueUrl, { MessageRetentionPeriod: '86400', RedrivePolicy: JSON.stringify(sound) });
    const short = await under.doctor();
    await set(queueUrl, { MessageRetentionPeriod: '1209600' });
    await set(deadLetterQueueUrl, { MessageRetentionPeriod: '1209600' });

    expect(wrong.of('queue').map((one) => one.said)).toEqual([
      expect.stringContaining('where this relay does not look'),
      expect.stringContaining('after 3 receives, before the relay can write its letter'),
      expect.stringContaining('hidden for 30 s, and a run may take 420 s'),
    ]);
    expect(wrong.of('deadLetterQueue')).toMatchObject([
      { verdict: 'wrong', said: expect.stringContaining('letters are kept for 4 days, messages for 14 days') },
    ]);
    expect(short.of('queue')).toContainEqual(said('SQS keeps it for 1 day'));
    expect(short.of('deadLetterQueue')).toMatchObject([
      { verdict: 'warning', said: expect.stringContaining('for 4 days') },
    ]);
  });

  it('says what is not there', async () => {
    const { outputs } = under.world;
    under.world.outputs = {
      ...outputs,
      DeadLetterQueueUrl: `${outputs.DeadLetterQueueUrl}-gone`,
      LedgerTableName: 'gone-table',
      OverflowBucketName: 'gone-bucket',
    };
    const { of, status } = await under.doctor();
    expect(of('deadLetterQueue')).toMatchObject([
      { verdict: 'wrong', said: expect.stringMatching(/-gone: there is none/) },
    ]);
    expect(of('table')).toMatchObject([{ verdict: 'wrong', said: 'the table gone-table: there is none' }]);
    expect(of('bucket')).toMatchObject([{ verdict: 'wrong', said: 'the overflow bucket gone-bucket: there is none' }]);
    expect(status).toBe(1);
  });
});

describe('alarms', () => {
  it.each([
    ['wrong', 'nobody hears of', { [TOPIC]: [] }],
    [
      'wrong',
      'not confirmed yet by email ops@example.com',
      { [TOPIC]: [{ endpoint: 'ops@example.com', isPending: true }] },
    ],
    [
      'warning',
      'is not confirmed yet by email late@example.com',
      {
        [TOPIC]: [
          { endpoint: 'a@example.com' },
          { endpoint: 'b@example.com' },
          { endpoint: 'late@example.com', isPending: true },
        ],
      },
    ],
    ['wrong', 'the topic arn:aws:sns:us-east-1:000000000000:alarms: there is none', {}],
  ])('%s: %s', async (verdict, text, topics) => {
    under.world.topics = topics;
    expect((await under.doctor()).of('alarms')).toMatchObject([{ verdict, said: expect.stringContaining(text) }]);
  });

  it('are wrong without anybody to tell, disabled or deleted, and one that is on leads to its section', async () => {
    under.world.resources = [
      ...under.world.resources,
      ['AWS::CloudWatch::Alarm', 'Gone'],
      ['AWS::CloudWatch::Alarm', 'Mute'],
    ];
    under.world.alarms = {
      DeadLetterAlarm: { topics: [TOPIC], state: 'ALARM' },
      UnreadQueueAlarm: { topics: [TOPIC], actionsEnabled: false },
      Mute: { topics: [] },
    };
    expect((await under.doctor()).of('alarms')).toEqual([
      expect.objectContaining({ verdict: 'wrong', said: 'deleted since the deployment: Gone' }),
      expect.objectContaining({ verdict: 'wrong', said: 'actions are disabled, nobody is told: UnreadQueueAlarm' }),
      expect.objectContaining({ verdict: 'wrong', said: 'nobody to tell: Mute' }),
      expect.objectContaining({ verdict: 'warning', remedy: 'see docs/runbook.md#deadletteralarm' }),
    ]);
  });

  it('are none of a stack that was changed by hand', async () => {
    under.world.resources = under.world.resources.filter(([type]) => type !== 'AWS::CloudWatch::Alarm');
    expect((await under.doctor()).of('alarms')).toMatchObject([{ verdict: 'wrong', said: 'the stack has no alarm' }]);
  });
});

describe('what may not be read', () => {
  it('is not checked, with the permission that it takes, and the rest is', async () => {
    under.world.denied = [
      'sns:ListSubscriptionsByTopic',
      'lambda:GetEventSourceMapping',
      'lambda:GetFunctionConfiguration',
    ];
    const { of, status, checks } = await under.doctor();

    expect(of('alarms')).toMatchObject([
      { verdict: 'notChecked', remedy: 'it takes the permission sns:ListSubscriptionsByTopic' },
    ]);
    expect(of('mapping')).toMatchObject([
      { verdict: 'notChecked', remedy: expect.stringContaining('lambda:GetEventSourceMapping') },
    ]);
    expect(of('settings')).toMatchObject([
      { verdict: 'notChecked', remedy: expect.stringContaining('lambda:GetFunctionConfiguration') },
    ]);
    expect(checks.filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
    expect(status).toBe(0);
  });

  it('is all of alarms and other functions where the stack may not be listed', async () => {
    under.world.denied = ['cloudformation:ListStackResources', 'cloudwatch:DescribeAlarms'];
    const listed = await under.doctor();
    under.world.denied = ['cloudwatch:DescribeAlarms'];
    const described = await under.doctor();

    expect(listed.of('alarms')).toMatchObject([
      { verdict: 'notChecked', remedy: expect.stringContaining('ListStackResources') },
    ]);
    expect(listed.of('functions')).toMatchObject([{ verdict: 'ok', said: 'active: deliver' }]);
    expect(described.of('alarms')).toMatchObject([
      { verdict: 'notChecked', remedy: expect.stringContaining('DescribeAlarms') },
    ]);
  });
});

describe('clock', () => {
  it.each([
    [60_000, 'warning', "this machine's clock is 60 s ahead of that of AWS"],
    [-400_000, 'wrong', "this machine's clock is 400 s behind that of Marketo"],
  ])('%i ms off is a %s', async (aheadMs, verdict, text) => {
    const { of } = await under.doctor({ aheadMs });
    expect(of('clock')).toHaveLength(2);
    expect(of('clock')).toContainEqual(expect.objectContaining({ verdict, said: expect.stringContaining(text) }));
  });
});

it('ends with what it has at Ctrl-C, and status 130', async () => {
  const { status, text } = await under.doctor({ onStart: (interrupt) => interrupt() });
  expect(status).toBe(130);
  expect(text).toContain('Interrupted');
});

/** Identity gives the same one until it expires. */
async function tokenOf({ marketo }: DoctorWorld): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: marketo.clientId,
    client_secret: marketo.clientSecret,
  });
  const reply = await fetch(`${marketo.url}/identity/oauth/token`, { method: 'POST', body });
  return ((await reply.json()) as { access_token: string }).access_token;
}
