import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { MarketoRelay } from '../../lib/cloud/marketo-relay.ts';
import { RELAY_STACK_ID, RelayStack } from '../../lib/cloud/relay-stack.ts';
import { BASE_URL, functionOf, type Resource, statementsOf, synthesizeRelay, testApp } from './synth.ts';

const { relay, stack, template } = synthesizeRelay({ backfill: true, backfillDayPercent: 60 });
const idOf = (queue: { node: { defaultChild?: unknown } } | undefined): string =>
  stack.getLogicalId(queue?.node.defaultChild as Parameters<Stack['getLogicalId']>[0]);
const backfillId = idOf(relay.backfillQueue as Queue);
const resources = (of: Template): Record<string, Resource> => of.toJSON().Resources;

describe('a relay with a queue for backfills', () => {
  it('keeps every resource that it has without one, under the same id', () => {
    const without = Object.keys(resources(synthesizeRelay().template));

    expect(without.filter((id) => resources(template)[id] === undefined)).toEqual([]);
  });

  it('has two queues that are alike, with one dead-letter queue that lets both in', () => {
    const queues = template.findResources('AWS::SQS::Queue') as Record<string, Resource>;
    const live = queues[idOf(relay.queue as Queue)]?.Properties ?? {};
    const { QueueName: _one, ...likeLive } = live;
    const { QueueName: _other, ...likeBackfill } = queues[backfillId]?.Properties ?? {};
    const letters = queues[idOf(relay.deadLetterQueue as Queue)]?.Properties as {
      RedriveAllowPolicy: { sourceQueueArns: unknown[] };
    };

    expect(likeBackfill).toEqual(likeLive);
    expect(Object.keys(queues)).toHaveLength(3);
    expect(letters.RedriveAllowPolicy.sourceQueueArns).toHaveLength(2);
    expect(JSON.stringify(letters.RedriveAllowPolicy.sourceQueueArns[1])).toContain('-backfill"');
  });

  it('feeds both to the same function, each by a mapping of its own', () => {
    const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping')) as Resource[];
    const ofBackfill = mappings.find(({ Properties }) =>
      JSON.stringify(Properties.EventSourceArn).includes(backfillId),
    );

    expect(mappings).toHaveLength(2);
    expect(new Set(mappings.map(({ Properties }) => JSON.stringify(Properties.FunctionName))).size).toBe(1);
    expect(ofBackfill?.Properties).toMatchObject({
      BatchSize: 300,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(ofBackfill?.Properties).not.toHaveProperty('Enabled');
  });

  it('tells the functions where it is, and what it may have of the day', () => {
    const told = (id: 'Delivery' | 'Govern' | 'Triage') =>
      (functionOf(template, id).Properties.Environment as { Variables: Record<string, unknown> }).Variables;

    expect(told('Delivery')).toMatchObject({ BACKFILL_QUEUE_URL: { Ref: backfillId }, BACKFILL_DAY_PERCENT: '60' });
    expect(told('Govern')).toMatchObject({ BACKFILL_EVENT_SOURCE_MAPPING_ID: { Ref: expect.any(String) } });
    expect(told('Triage')).toMatchObject({ BACKFILL_QUEUE_URL: { Ref: backfillId } });
  });

  it.each<['Delivery' | 'Govern' | 'Triage', readonly string[]]>([
    [
      'Delivery',
      [
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
    ],
    ['Govern', ['sqs:GetQueueAttributes']],
    ['Triage', ['sqs:SendMessage']],
  ])('lets the function %s do with it what it does with the live queue, and no more', (id, actions) => {
    const of = (queueId: string) =>
      statementsOf(template, id)
        .filter(({ Resource }) => JSON.stringify(Resource).includes(`"${queueId}"`))
        .flatMap(({ Action }) => Action)
        .sort();

    expect(of(backfillId)).toEqual(actions);
    expect(of(backfillId)).toEqual(of(idOf(relay.queue as Queue)));
  });

  it('lets govern switch both mappings', () => {
    const switches = statementsOf(template, 'Govern').filter(({ Action }) =>
      [Action].flat().includes('lambda:UpdateEventSourceMapping'),
    );

    expect(switches).toHaveLength(1);
    expect([switches[0]?.Resource].flat()).toHaveLength(2);
  });

  it('warns of what is half forgotten, and wakes nobody for what waits its turn', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')) as Resource[];
    const ofBackfill = alarms.filter(({ Properties }) =>
      JSON.stringify(Properties.Dimensions ?? []).includes(backfillId),
    );

    expect(ofBackfill.map(({ Properties }) => Properties)).toMatchObject([
      { MetricName: 'ApproximateAgeOfOldestMessage', Threshold: 7 * 86_400, AlarmDescription: /^\[warn\]/ },
    ]);
  });

  it('lets publishers in apart', () => {
    const ownStack = new Stack(testApp(), 'Test');
    const own = new MarketoRelay(ownStack, 'Relay', { marketoBaseUrl: BASE_URL, backfill: true });
    const loader = new Role(ownStack, 'Loader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    own.grantPublishBackfill(loader);
    const policies = Object.entries(Template.fromStack(ownStack).findResources('AWS::IAM::Policy')) as [
      string,
      Resource,
    ][];
    const granted = JSON.stringify(policies.filter(([id]) => id.startsWith('Loader')));

    expect(granted).toContain('sqs:SendMessage');
    expect(granted).toContain(ownStack.getLogicalId(own.backfillQueue?.node.defaultChild as never));
    expect(granted).not.toContain(`"${ownStack.getLogicalId(own.queue.node.defaultChild as never)}"`);
  });

  it('stands in the outputs of the stack', () => {
    const own = new RelayStack(testApp(), RELAY_STACK_ID, { marketoBaseUrl: BASE_URL, backfill: true });
    const outputs = Object.keys(Template.fromStack(own).toJSON().Outputs);

    expect(outputs).toEqual(expect.arrayContaining(['BackfillQueueUrl', 'BackfillEventSourceMappingId']));
  });

  it('takes a live queue that exists, and makes the other', () => {
    const app = new Stack(testApp(), 'Test');
    const deadLetterQueue = new Queue(app, 'Letters', { retentionPeriod: Duration.days(14) });
    const queue = new Queue(app, 'Given', {
      retentionPeriod: Duration.days(14),
      visibilityTimeout: Duration.hours(1),
      deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: 60 },
    });
    const own = new MarketoRelay(app, 'Relay', { marketoBaseUrl: BASE_URL, queue, backfill: true });

    expect(own.queue).toBe(queue);
    expect((own.backfillQueue as Queue).deadLetterQueue?.queue).toBe(deadLetterQueue);
  });
});

describe('a relay without one', () => {
  it('refuses what only one has, with the value and the remedy', () => {
    expect(() => synthesizeRelay({ backfillDayPercent: 50 })).toThrow(
      /backfillDayPercent is 50 without a backfill queue: give backfill true, or leave it out/,
    );
    expect(() =>
      synthesizeRelay().relay.grantPublishBackfill(
        new Role(new Stack(), 'R', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
      ),
    ).toThrow(/give backfill true/);
  });

  it('refuses a share that is none', () => {
    expect(() => synthesizeRelay({ backfill: true, backfillDayPercent: 0 })).toThrow(/backfillDayPercent is 0: give/);
  });
});
