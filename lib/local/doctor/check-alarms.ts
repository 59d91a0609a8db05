import { DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import { plural } from '../cli/layout.ts';
import { printable } from '../print.ts';
import type { RelayTarget } from '../target/target.ts';
import { type Finding, findingOf, type Known, known, LOCAL, ok, warning, wrong } from './finding.ts';
import { namesOf, type StackPart } from './stack-parts.ts';

/** CloudWatch: DescribeAlarms, names in one request. */
const MAX_NAMES = 100;
/** Topics, and pages of subscriptions of each. */
const MAX_TOPICS = 20;
const MAX_PAGES = 5;

/** Whether somebody is told when an alarm goes off. */
async function checkAlarms(target: RelayTarget, parts: Known<readonly StackPart[]>): Promise<readonly Finding[]> {
  const { cloudWatch } = target.clients;
  if (target.kind === 'local' || cloudWatch === undefined) return [LOCAL];
  if (!parts.ok) return [parts.finding];
  const names = namesOf(parts.value, 'AWS::CloudWatch::Alarm').slice(0, MAX_NAMES);
  if (names.length === 0) return [wrong('the stack has no alarm', 'deploy it again: a relay comes with its alarms')];
  const read = await known({ what: 'the alarms', action: 'cloudwatch:DescribeAlarms' }, async () => {
    const command = new DescribeAlarmsCommand({ AlarmNames: [...names], MaxRecords: MAX_NAMES });
    return (await cloudWatch.send(command)).MetricAlarms ?? [];
  });
  if (!read.ok) return [read.finding];
  const alarms = read.value;
  const topics = [...new Set(alarms.flatMap(({ AlarmActions = [] }) => AlarmActions).filter(isTopic))];
  const toldBy = await Promise.all(topics.slice(0, MAX_TOPICS).map((arn) => checkTopic(target, arn)));
  const problems = [
    ...missing(names, alarms),
    ...silent(alarms),
    ...toldBy.flatMap(({ findings }) => findings),
    ...ringing(alarms),
  ];
  const confirmed = toldBy.reduce((count, one) => count + one.confirmed, 0);
  return problems.length > 0
    ? problems
    : [
        ok(
          `${plural(alarms.length, 'alarm')}, none on; ${plural(confirmed, 'confirmed subscriber')} of ${plural(topics.length, 'topic')}`,
        ),
      ];
}

function isTopic(arn: string): boolean {
  return /^arn:[^:]+:sns:/.test(arn);
}

function missing(names: readonly string[], alarms: readonly MetricAlarm[]): readonly Finding[] {
  const gone = names.filter((name) => !alarms.some(({ AlarmName }) => AlarmName === name));
  if (gone.length === 0) return [];
  return [wrong(`deleted since the deployment: ${gone.join(', ')}`, 'deploy the stack again')];
}

function silent(alarms: readonly MetricAlarm[]): readonly Finding[] {
  const namesWhere = (is: (alarm: MetricAlarm) => boolean): string =>
    alarms
      .filter(is)
      .map(({ AlarmName = '' }) => AlarmName)
      .join(', ');
  const disabled = namesWhere(({ ActionsEnabled }) => ActionsEnabled === false);
  const untold = namesWhere(({ AlarmActions = [] }) => AlarmActions.length === 0);
  const hasNone = alarms.every(({ AlarmActions = [] }) => AlarmActions.length === 0);
  return [
    ...(disabled === ''
      ? []
      : [
          wrong(
            `actions are disabled, nobody is told: ${disabled}`,
            '`aws cloudwatch enable-alarm-actions --alarm-names ...`',
          ),
        ]),
    ...(untold === ''
      ? []
      : [
          wrong(
            hasNone ? 'no alarm has anybody to tell' : `nobody to tell: ${untold}`,
            'deploy with alarmEmail or alarmTopicArn',
          ),
        ]),
  ];
}

function ringing(alarms: readonly MetricAlarm[]): readonly Finding[] {
  return alarms
    .filter(({ StateValue }) => StateValue === 'ALARM')
    .map(({ AlarmName = '', StateUpdatedTimestamp, AlarmDescription = '' }) => {
      const since = StateUpdatedTimestamp === undefined ? '' : ` since ${StateUpdatedTimestamp.toISOString()}`;
      const section = /docs\/runbook\.md#\w+/.exec(AlarmDescription)?.[0] ?? 'docs/runbook.md';
      return warning(`${AlarmName} is on${since}`, `see ${section}`);
    });
}

interface TopicSeen {
  readonly findings: readonly Finding[];
  readonly confirmed: number;
}

async function checkTopic({ clients }: RelayTarget, arn: string): Promise<TopicSeen> {
  const subscriptions: { readonly isPending: boolean; readonly endpoint: string }[] = [];
  let next: string | undefined;
  try {
    for (let page = 0; page < MAX_PAGES && clients.sns !== undefined; page += 1) {
      const { Subscriptions = [], NextToken } = await clients.sns.send(
        new ListSubscriptionsByTopicCommand({ TopicArn: arn, ...(next === undefined ? {} : { NextToken: next }) }),
      );
      for (const { SubscriptionArn = '', Protocol = '', Endpoint = '' } of Subscriptions) {
        // SNS lists a subscription that ended for three days more, as `Deleted`.
        if (SubscriptionArn === 'Deleted') continue;
        const isPending = SubscriptionArn === 'PendingConfirmation';
        subscriptions.push({ isPending, endpoint: `${Protocol} ${printable(Endpoint, 100)}` });
      }
      next = NextToken;
      if (next === undefined) break;
    }
  } catch (error) {
    const whenMissing = 'deploy with the ARN of a topic that exists: alarms that name this one tell nobody';
    const reading = { what: `the topic ${arn}`, action: 'sns:ListSubscriptionsByTopic', whenMissing };
    return { findings: [findingOf(error, reading)], confirmed: 0 };
  }
  const pending = subscriptions.filter(({ isPending }) => isPending).map(({ endpoint }) => endpoint);
  const confirmed = subscriptions.length - pending.length;
  return { findings: topicFindings(arn, pending, confirmed), confirmed };
}

function topicFindings(arn: string, pending: readonly string[], confirmed: number): readonly Finding[] {
  const confirm =
    'follow the link in the mail "AWS Notification - Subscription Confirmation"; deploy again if three days have passed';
  const whom = pending.join(', ');
  if (pending.length > 0) {
    return confirmed === 0
      ? [wrong(`nobody hears of ${arn}: not confirmed yet by ${whom}`, confirm)]
      : [warning(`${arn} is not confirmed yet by ${whom}`, confirm)];
  }
  if (confirmed > 0) return [];
  return [
    wrong(
      `nobody hears of ${arn}: it has no subscriber`,
      `\`aws sns subscribe --topic-arn ${arn} --protocol email ...\`, or deploy with alarmEmail`,
    ),
  ];
}

export { checkAlarms };
