import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_TOKEN_STATE } from '../../../lib/access-token/token-state.ts';
import { createDynamoDbLedgerRegister } from '../../../lib/aws/dynamodb-ledger.ts';
import { createDynamoDbTokenRegister } from '../../../lib/aws/dynamodb-token.ts';
import type { CallOutcome } from '../../../lib/ledger/ledger.ts';
import { DEFAULT_LIMITS } from '../../../lib/ledger/limits.ts';
import { createSharedLedger } from '../../../lib/ledger/shared-ledger.ts';
import { SILENT_LOG } from '../../../lib/local/cli/json-log.ts';
import type { RelayTarget } from '../../../lib/local/target/target.ts';
import { type CliUnderTest, SYNC, startCliUnderTest } from '../support/relay-cli.ts';

let cli: CliUnderTest;
beforeAll(async () => {
  cli = await startCliUnderTest();
});
afterAll(() => cli.stop());
beforeEach(() => cli.reset());

/** The relay's own ledger, as a worker uses it. */
function ledger() {
  const register = createDynamoDbLedgerRegister({
    client: cli.wire.dynamodb,
    tableName: cli.wire.tableName,
    subscription: '123-abc-456.mktorest.com',
    limits: DEFAULT_LIMITS,
  });
  const clock = { nowMs: () => Date.now(), sleep: async () => {} };
  return createSharedLedger({ register, limits: DEFAULT_LIMITS, clock, random: Math.random, log: SILENT_LOG });
}

async function makeCalls(count: number, outcome: CallOutcome, operations = ['syncLeads']): Promise<void> {
  const one = ledger();
  for (let made = 0; made < count; made += 1) {
    const operation = operations[made % operations.length] ?? '';
    const [answer] = await one.acquire([{ operation, keys: [], hasKeyless: true, callTimeoutMs: 1_000 }]);
    if (answer?.kind !== 'granted') throw new Error(JSON.stringify(answer));
    await one.release([{ permit: answer.permit, operation, outcome, counted: true, endedAtMs: Date.now() }]);
  }
}

async function status(...argv: readonly string[]) {
  const run = await cli.run(['status', '--json', ...argv]);
  return { ...run, data: JSON.parse(run.stdout) as Record<string, unknown> & { reasons: string[] } };
}

describe('status', () => {
  it('says that a fresh relay runs', async () => {
    const { status: exit, data } = await status();
    expect(exit).toBe(0);
    expect(data).toMatchObject({
      relay: { kind: 'local', subscription: '123-abc-456.mktorest.com' },
      state: 'running',
      reasons: [],
      calls: { inWindow: 0, windowLimit: 50, inFlight: 0, inFlightLimit: 5 },
      queue: { visible: 0, delayed: 0, inFlight: 0 },
      drain: { messages: 0, limitedBy: 'nothing' },
      deadLetters: { total: 0, byCode: [] },
    });
  });

  it('says what waits on a backfill queue, and nothing of one where there is none', async () => {
    await cli.desk.publish(JSON.stringify(SYNC), JSON.stringify(SYNC));
    // The one queue that there is stands for the other.
    const wrapTarget = (target: RelayTarget): RelayTarget => ({ ...target, backfillQueueUrl: cli.wire.queueUrl });

    const { stdout } = await cli.run(['status', '--json'], { wrapTarget });
    const page = await cli.run(['status'], { wrapTarget });

    expect(JSON.parse(stdout)).toMatchObject({ backfill: { visible: 2, mapping: 'enabled', callsToday: 0 } });
    expect(page.stdout).toMatch(/Backfill\n +waiting +2/);
    expect((await status()).data).toMatchObject({ backfill: null });
  });

  it('counts calls, quota, queue and dead letters by code', async () => {
    await makeCalls(4, 'success');
    await cli.desk.publish(JSON.stringify(SYNC), JSON.stringify(SYNC));
    const late = { QueueUrl: cli.wire.queueUrl, MessageBody: JSON.stringify(SYNC), DelaySeconds: 600 };
    await cli.wire.sqs.send(new SendMessageCommand(late));
    await cli.addLetters({ code: '1003' }, { code: '1003' }, { code: '1006' });

    const { data } = await status();

    expect(data).toMatchObject({
      state: 'running',
      calls: { inWindow: 4 },
      quota: { used: 4, left: 49_996, limit: 50_000 },
      queue: { visible: 2, delayed: 1, inFlight: 0 },
      drain: { messages: 3, limitedBy: 'window' },
      deadLetters: {
        total: 3,
        counted: 3,
        byCode: [
          { code: '1003', count: 2 },
          { code: '1006', count: 1 },
        ],
      },
    });
    expect(await cli.deadCounts()).toEqual({ visible: 3, hidden: 0 });
  });

  it('says why it is stopped and until when: the day is spent', async () => {
    await makeCalls(1, 'daySpent');
    const { status: exit, data } = await status();
    expect(exit).toBe(1);
    expect(data).toMatchObject({ state: 'stopped', reasons: [expect.stringContaining('(607)')] });
    expect(Date.parse(String(data.until))).toBeGreaterThan(Date.now());
  });

  it('says why it is stopped and until when: the credentials are refused', async () => {
    await ledger().tokenUnobtainable('credentialsRefused', '401');
    const { data } = await status();
    expect(data).toMatchObject({ state: 'stopped', reasons: [expect.stringContaining('refuses the credentials')] });
  });

  it('says why it is stopped and until when: Marketo fails for all that is tried', async () => {
    await makeCalls(5, 'transient', ['syncLeads', 'addLeadsToList']);
    const { data } = await status();
    expect(data).toMatchObject({ state: 'stopped', reasons: ['Marketo fails, or does not answer'] });
  });

  it('says that identity fails, when no token is to be had and so no call is made', async () => {
    const detail = 'identity: no reply (timeout: no reply within 9000 ms)';
    const register = createDynamoDbTokenRegister({
      client: cli.wire.dynamodb,
      tableName: cli.wire.tableName,
      subscription: '123-abc-456.mktorest.com',
      random: Math.random,
    });
    const untilMs = Date.now() + 60_000;
    const state = { ...EMPTY_TOKEN_STATE, version: 1, notBeforeMs: untilMs };
    await register.swap({ ...state, trouble: { kind: 'unavailable', detail, count: 4 } });

    const { status: exit, data } = await status();

    expect(exit).toBe(1);
    expect(data).toMatchObject({
      state: 'stopped',
      reasons: [`there is no token, and so no call: ${detail}`],
      until: new Date(untilMs).toISOString(),
    });
  });

  it('says that the function fails, as Lambda or the local relay tells', async () => {
    cli.control.lastFailure = 'Runtime exited';
    const { status: exit, data } = await status();
    expect(exit).toBe(1);
    expect(data).toMatchObject({ state: 'failing', reasons: [expect.stringContaining('Runtime exited')] });
  });

  it('shows who paused it, why and since when', async () => {
    await cli.run(['pause', '--reason', 'Marketo maintenance']);

    const { status: exit, data } = await status();
    const { stdout } = await cli.run(['status']);

    expect(exit).toBe(1);
    expect(data).toMatchObject({
      state: 'paused',
      mapping: 'disabled',
      pause: { by: 'person', who: 'ann@laptop', reason: 'Marketo maintenance' },
    });
    expect(stdout).toMatch(/^paused {2}local/);
    expect(stdout).toContain('paused by ann@laptop since');
    expect(stdout).toContain('because: Marketo maintenance');
  });

  it('tells the age of the oldest only when it is asked to look, by when the relay first saw it', async () => {
    const firstSeen = new Date(Date.now() - 7_200_000).toISOString();
    const StringValue = JSON.stringify({ v: 1, id: 'old', attempt: 2, firstSeen });
    const MessageAttributes = { relay: { DataType: 'String', StringValue } };
    await cli.wire.sqs.send(
      new SendMessageCommand({ QueueUrl: cli.wire.queueUrl, MessageBody: JSON.stringify(SYNC), MessageAttributes }),
    );

    const plain = await status();
    const sampled = await status('--sample');

    expect(plain.data).toMatchObject({ queue: { oldest: null } });
    expect(sampled.data).toMatchObject({ queue: { oldest: { sampled: 1, firstSeen } } });
    expect(await cli.desk.counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  });

  it('watches until Ctrl-C, a line of JSON each time', async () => {
    let looks = 0;
    let interrupt = (): void => {};
    const { status: exit, stdout } = await cli.run(['status', '--watch', '1', '--json'], {
      onStart: (one) => {
        interrupt = one;
      },
      wrapTarget: (target) => {
        setTimeout(() => interrupt(), 300);
        looks += 1;
        return target;
      },
    });
    expect(exit).toBe(0);
    expect(looks).toBe(1);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { state: string }).state),
    ).toContain('running');
  });

  it('keeps within 80 columns where the terminal reports none', async () => {
    await makeCalls(2, 'success');
    await cli.addLetters({});
    const { stdout } = await cli.run(['status'], { columns: 0, isTTY: true, env: { NO_COLOR: '1' } });
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('pause and resume', () => {
  it('turn the feed off and on, and keep an audit line each', async () => {
    const paused = await cli.run(['pause', '--reason', 'because']);
    expect(paused).toMatchObject({ status: 0, stdout: expect.stringContaining('Paused') });
    expect(cli.control.mappingEnabled).toBe(false);

    const resumed = await cli.run(['resume', '--reason', 'over']);
    expect(resumed).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('It was paused by ann@laptop: because'),
    });
    expect(cli.control.mappingEnabled).toBe(true);
    expect((await status()).data).toMatchObject({ state: 'running', pause: null });
    expect(await cli.audit()).toMatchObject([
      { verb: 'pause', reason: 'because' },
      { verb: 'resume', reason: 'over' },
    ]);
  });

  it('a pause needs a reason', async () => {
    expect(await cli.run(['pause'])).toMatchObject({ status: 2, stderr: expect.stringContaining('give --reason') });
    expect(cli.control.mappingEnabled).toBe(true);
  });

  it('a second pause says who was first', async () => {
    await cli.run(['pause', '--reason', 'one']);
    const { stderr } = await cli.run(['pause', '--reason', 'two']);
    expect(stderr).toContain('paused before, by ann@laptop: one');
  });
});
