import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../lib/cloud/bundle.ts';
import { MarketoRelay } from '../../../lib/cloud/marketo-relay.ts';
import { DELIVERY_TIMEOUT_SECONDS } from '../../../lib/settings/policy.ts';
import type { DeliveryEvent } from '../../../lib/telemetry/events.ts';
import { LINE_STOP_REASONS, OPERATION_PAUSE_REASONS } from '../../../lib/telemetry/events.ts';
import type { Resource } from '../synth.ts';
import { BASE_URL, functionOf, synthesizeRelay, testApp } from '../synth.ts';
import { alarmsOf, goesOff, type TemplateAlarm } from './evaluate.ts';
import { published } from './published.ts';

const { template } = synthesizeRelay();
const alarms = alarmsOf(template);
const environment = environmentOf(template);

function environmentOf(of: Template): Readonly<Record<string, unknown>> {
  const { Environment } = functionOf(of).Properties;
  return (Environment as { Variables: Record<string, unknown> }).Variables;
}

/** The names of the alarms that these events set off. */
function setOff(events: readonly DeliveryEvent[], env = environment): readonly string[] {
  const datapoints = published(env, events);
  const onOwnMetrics = Object.entries(alarms).filter(([, { Namespace }]) => Namespace === 'MarketoRelay');
  return onOwnMetrics.filter(([, alarm]) => goesOff(alarm, datapoints)).map(([name]) => name);
}

function alarm(name: string): TemplateAlarm {
  const found = alarms[name];
  if (found === undefined) throw new Error(`no alarm ${name}: ${Object.keys(alarms).join(', ')}`);
  return found;
}

describe('the alarms', () => {
  it('are these', () => {
    expect(Object.keys(alarms).sort()).toEqual([
      'DeadLetterAgeAlarm',
      'DeadLetterAlarm',
      'DeadLetterQueueGrowthAlarm',
      'DeadLetterSurgeAlarm',
      'DeliveryDurationAlarm',
      'DeliveryErrorAlarm',
      'DeliveryThrottleAlarm',
      'GovernErrorAlarm',
      'JournalAlarm',
      'LineStoppedAccessDeniedAlarm',
      'LineStoppedCredentialsRefusedAlarm',
      'LineStoppedDaySpentAlarm',
      'LineStoppedTokenRefusedAlarm',
      'LineStoppedTransientFailuresAlarm',
      'OldestMessageAlarm',
      'OperationPausedAlarm',
      'QuotaLowAlarm',
      'RelayPausedAlarm',
      'SchemaChangedAlarm',
      'UnreadQueueAlarm',
    ]);
  });

  it('are each in the README', () => {
    const readme = readFileSync(join(PROJECT_ROOT, 'README.md'), 'utf8');
    const inReadme = (name: string) => readme.includes(`\`${name.replace(/^LineStopped(\w+)Alarm$/, '$1')}\``);
    expect(Object.keys(alarms).filter((name) => !inReadme(name))).toEqual([]);
  });

  it.each(Object.entries(alarms))(
    '%s goes off with one minute that crosses, and with none that has no data',
    (_, one) => {
      expect(one).toMatchObject({ DatapointsToAlarm: 1, TreatMissingData: 'notBreaching' });
      expect(one.EvaluationPeriods).toBeGreaterThanOrEqual(5);
      const periods = one.Metrics?.flatMap(({ MetricStat }) =>
        MetricStat === undefined ? [] : [(MetricStat as { Period: number }).Period],
      ) ?? [one.Period];
      expect(new Set(periods)).toEqual(new Set([60]));
    },
  );

  it.each(Object.entries(alarms))('%s says what it means, where to look and how to mend it', (_, one) => {
    expect(one.AlarmDescription).toMatch(/[Ll]ook/);
    expect(one.AlarmDescription.length).toBeGreaterThan(150);
    // CloudWatch: PutMetricAlarm.
    expect(one.AlarmDescription.length).toBeLessThanOrEqual(1_024);
  });
});

describe('on what the function publishes', () => {
  const untilMs = 1_000;

  it.each(LINE_STOP_REASONS)('a line stopped by %s sets off the alarm of that reason alone', (reason) => {
    const name = `LineStopped${reason.charAt(0).toUpperCase()}${reason.slice(1)}Alarm`;
    expect(setOff([{ kind: 'lineStopped', reason, untilMs }])).toEqual([name]);
  });

  it.each(OPERATION_PAUSE_REASONS)('an operation paused by %s sets off one alarm', (reason) => {
    expect(setOff([{ kind: 'operationPaused', operation: 'syncLeads', reason, untilMs }])).toEqual([
      'OperationPausedAlarm',
    ]);
  });

  it('the age of a message does past its threshold', () => {
    expect(setOff([{ kind: 'messageAge', ageSeconds: 3_600 }])).toEqual([]);
    const ages = [10, 3_601, 20].map((ageSeconds) => ({ kind: 'messageAge', ageSeconds }) as const);
    expect(setOff(ages)).toEqual(['OldestMessageAlarm']);
  });

  it('the quota does when a tenth is left', () => {
    expect(setOff([{ kind: 'quotaLeft', calls: 5_000 }])).toEqual([]);
    expect(
      setOff([
        { kind: 'quotaLeft', calls: 4_999 },
        { kind: 'quotaLeft', calls: 50_000 },
      ]),
    ).toEqual(['QuotaLowAlarm']);
    expect(setOff([{ kind: 'quotaLeft', calls: 0 }])).toEqual(['QuotaLowAlarm']);
  });

  it('a dead letter does, whatever its code', () => {
    expect(setOff([{ kind: 'deadLettered', relayId: 'a', code: '1003', records: 1 }])).toEqual(['DeadLetterAlarm']);
  });

  it('many dead letters a minute page somebody', () => {
    const letters = (count: number) =>
      Array.from({ length: count }, () => ({ kind: 'deadLettered', relayId: 'a', code: '1003', records: 1 }) as const);
    expect(setOff(letters(10))).toEqual(['DeadLetterAlarm']);
    expect(setOff(letters(11))).toEqual(['DeadLetterAlarm', 'DeadLetterSurgeAlarm']);
  });

  it('a pause by a person does when it is forgotten, and one by govern does not', () => {
    const paused = (by: 'person' | 'govern' | 'outside', hours: number) =>
      setOff([{ kind: 'paused', by, seconds: hours * 3_600 }]);
    expect(paused('person', 4)).toEqual([]);
    expect(paused('person', 4.1)).toEqual(['RelayPausedAlarm']);
    expect(paused('outside', 5)).toEqual(['RelayPausedAlarm']);
    expect(paused('govern', 48)).toEqual([]);
  });

  it('nothing does while messages are delivered and wait for limits', () => {
    expect(
      setOff([
        { kind: 'call', operation: 'syncLeads', records: 1, messages: 1, code: '606', durationMs: 9_000 },
        { kind: 'returned', relayId: 'a', reason: 'wait', code: 'window', delaySeconds: 4, records: 1 },
        { kind: 'delivered', relayId: 'a', records: 1 },
        { kind: 'messageAge', ageSeconds: 0 },
        { kind: 'quotaLeft', calls: 49_999 },
      ]),
    ).toEqual([]);
  });

  it('nothing of another relay does', () => {
    const other = { ...environment, POWERTOOLS_SERVICE_NAME: 'MarketoRelay-Other' };
    expect(setOff([{ kind: 'lineStopped', reason: 'accessDenied', untilMs }], other)).toEqual([]);
  });

  it('an alarm stays until what keeps a message is told again', () => {
    for (const name of ['LineStoppedDaySpentAlarm', 'OperationPausedAlarm', 'OldestMessageAlarm', 'QuotaLowAlarm']) {
      expect(alarm(name).EvaluationPeriods * 60).toBeGreaterThan(900);
    }
  });

  it('the thresholds follow from the settings', () => {
    const { template: other } = synthesizeRelay({
      oldestMessageAlarmSeconds: 600,
      dailyQuota: 20_000,
      dailyQuotaReserve: 10_000,
    });
    expect(alarmsOf(other)).toMatchObject({
      OldestMessageAlarm: { Threshold: 600, AlarmDescription: expect.stringContaining('over 600 s ago') },
      QuotaLowAlarm: { Threshold: 1_000 },
    });
  });
});

describe('on what AWS publishes', () => {
  const deliveryFunction = [{ Name: 'FunctionName', Value: { Ref: expect.stringMatching(/^RelayDelivery/) } }];
  const queueName = (id: RegExp) => [
    { Name: 'QueueName', Value: { 'Fn::GetAtt': [expect.stringMatching(id), 'QueueName'] } },
  ];
  const DEAD = /^RelayDeadLetterQueue/;

  it.each([
    ['DeliveryErrorAlarm', 'Errors', 'Sum', 0],
    ['DeliveryThrottleAlarm', 'Throttles', 'Sum', 0],
    ['DeliveryDurationAlarm', 'Duration', 'Maximum', (DELIVERY_TIMEOUT_SECONDS - 10) * 1_000],
  ])('%s looks at %s of the function', (name, MetricName, Statistic, Threshold) => {
    const Dimensions = deliveryFunction;
    expect(alarm(name)).toMatchObject({ Namespace: 'AWS/Lambda', MetricName, Statistic, Threshold, Dimensions });
  });

  it('one error sets the alarm off, which stays until its messages show again', () => {
    const FunctionName = alarm('DeliveryErrorAlarm').Dimensions?.[0]?.Value;
    const datapoint = { namespace: 'AWS/Lambda', name: 'Errors', values: [1] };
    expect(
      goesOff({ ...alarm('DeliveryErrorAlarm'), Dimensions: [{ Name: 'FunctionName', Value: 'f' }] }, [
        { ...datapoint, dimensions: { FunctionName: 'f' } },
      ]),
    ).toBe(true);
    expect(FunctionName).toBeDefined();
    expect(alarm('DeliveryErrorAlarm').EvaluationPeriods).toBeGreaterThan((DELIVERY_TIMEOUT_SECONDS + 22) / 60);
  });

  it('a queue that nobody reads is told apart from messages that wait', () => {
    expect(alarm('UnreadQueueAlarm')).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: queueName(/^RelayQueue/),
      Statistic: 'Maximum',
      Threshold: DELIVERY_TIMEOUT_SECONDS + 22 + 900,
    });
  });

  it('letters alarm two days before SQS deletes them', () => {
    expect(alarm('DeadLetterAgeAlarm')).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: queueName(DEAD),
      Statistic: 'Maximum',
      Threshold: 12 * 86_400,
    });
  });

  it('letters that SQS itself moved alarm when they come, and not as long as they lie there', () => {
    const { Metrics, Threshold } = alarm('DeadLetterQueueGrowthAlarm');
    const stat = (id: string, MetricName: string) => ({
      Id: id,
      MetricStat: {
        Metric: { Namespace: 'AWS/SQS', MetricName, Dimensions: queueName(DEAD) },
        Period: 60,
        Stat: 'Maximum',
      },
      ReturnData: false,
    });
    expect(Threshold).toBe(0);
    expect(Metrics).toEqual([
      {
        Id: 'expr_1',
        Expression: 'DIFF(FILL(visible, 0) + FILL(hidden, 0))',
        Label: 'Growth of the dead-letter queue',
        ReturnData: true,
      },
      stat('visible', 'ApproximateNumberOfMessagesVisible'),
      stat('hidden', 'ApproximateNumberOfMessagesNotVisible'),
    ]);
  });
});

describe('who is told', () => {
  const NOBODY = 'Nobody is told when the relay stops';

  it('is nobody by default, and synthesis warns of it', () => {
    const stack = new Stack(testApp({ warns: true }), 'Test');
    new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL });
    for (const one of Object.values(alarms)) expect(one.AlarmActions).toBeUndefined();
    Annotations.fromStack(stack).hasWarning('/Test/Relay', Match.stringLikeRegexp(NOBODY));
  });

  it('is each topic, of the beginning and of the end, and then there is nothing to warn of', () => {
    const stack = new Stack(testApp({ warns: true }), 'Test');
    const alarmActions = [new Topic(stack, 'Topic')];
    new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL, alarmActions });
    Template.fromStack(stack).allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^Topic') }],
      OKActions: [{ Ref: Match.stringLikeRegexp('^Topic') }],
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp(NOBODY));
  });

  it('is one topic for what cannot wait, and another for what can', () => {
    const stack = new Stack(testApp(), 'Test');
    const [page, warn] = [new Topic(stack, 'Page'), new Topic(stack, 'Warn')];
    const told = { alarmActions: [page], warningActions: [warn] };
    new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL, runbookUrl: 'https://wiki.example.com/r', ...told });
    const severities = Object.entries(alarmsOf(Template.fromStack(stack))).map(
      ([name, { AlarmDescription, ...one }]) => {
        const severity = /^\[(\w+)\]/.exec(AlarmDescription)?.[1] ?? '';
        expect(JSON.stringify(one.AlarmActions)).toMatch(severity === 'page' ? /"Page/ : /"Warn/);
        expect(AlarmDescription).toContain(` Runbook: https://wiki.example.com/r#${name.toLowerCase()}`);
        return severity;
      },
    );
    expect(new Set(severities)).toEqual(new Set(['page', 'warn']));
  });

  it('is no topic of another region, which CloudWatch would not tell', () => {
    const stack = new Stack(testApp(), 'Test', { env: { account: '123456789012', region: 'eu-west-1' } });
    const topic = Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:123456789012:on-call');
    expect(() => new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL, alarmActions: [topic] })).toThrow(
      'alarmActions has a topic in us-east-1, and the stack is in eu-west-1',
    );
  });
});

describe('two relays', () => {
  it('have alarms of their own names, each on metrics of its own', () => {
    const stack = new Stack(testApp(), 'Test');
    new MarketoRelay(stack, 'Europe', { marketoBaseUrl: BASE_URL });
    new MarketoRelay(stack, 'America', { marketoBaseUrl: 'https://789-DEF-012.mktorest.com' });
    const both = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')) as Resource[];
    expect(new Set(both.map(({ Properties }) => Properties.AlarmName)).size).toBe(2 * Object.keys(alarms).length);
    const services = both
      .filter(({ Properties }) => Properties.Namespace === 'MarketoRelay')
      .map(({ Properties }) =>
        (Properties.Dimensions as { Name: string; Value: string }[]).find(({ Name }) => Name === 'service'),
      )
      .map((dimension) => dimension?.Value);
    expect(new Set(services).size).toBe(2);
  });
});
