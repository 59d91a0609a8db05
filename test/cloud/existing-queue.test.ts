import { Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { IQueue, QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../lib/cloud/configuration-error.ts';
import { MarketoRelay } from '../../lib/cloud/marketo-relay.ts';
import type { MarketoRelayProps } from '../../lib/cloud/relay-props.ts';
import { BASE_URL, testApp } from './synth.ts';

const ARN = 'arn:aws:sqs:eu-west-1:123456789012:crm-events';
const DEAD_ARN = `${ARN}-dead`;

function newStack(): Stack {
  return new Stack(testApp(), 'Test', { env: { account: '123456789012', region: 'eu-west-1' } });
}

function relayIn(stack: Stack, props: Partial<MarketoRelayProps>): MarketoRelay {
  return new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL, ...props });
}

/** A queue of the app, right in everything but what is given. */
function queueIn(stack: Stack, wrong: QueueProps & { readonly maxReceiveCount?: number } = {}): Queue {
  const { maxReceiveCount = 10, ...props } = wrong;
  const dead = new Queue(stack, 'Dead', { retentionPeriod: Duration.days(14) });
  return new Queue(stack, 'Mine', {
    retentionPeriod: Duration.days(14),
    visibilityTimeout: Duration.seconds(442),
    deadLetterQueue: { queue: dead, maxReceiveCount },
    ...props,
  });
}

function problemsOf(stack: Stack, props: Partial<MarketoRelayProps>): readonly string[] {
  try {
    relayIn(stack, props);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  throw new Error('it was accepted');
}

function warningsOf(stack: Stack): readonly string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data))
    .filter((text) => text.includes('made elsewhere'));
}

describe('queues of the same app', () => {
  it('are used in place of new ones, the dead-letter queue of the queue with it', () => {
    const stack = newStack();
    const queue = queueIn(stack);
    const relay = relayIn(stack, { queue });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::SQS::Queue', 2);
    expect(relay.queue).toBe(queue);
    expect(relay.deadLetterQueue).toBe(queue.deadLetterQueue?.queue);
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Mine'), 'Arn'] },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ DEAD_LETTER_QUEUE_URL: { Ref: Match.stringLikeRegexp('^Dead') } }) },
    });
    expect(warningsOf(stack)).toEqual([]);
  });

  it('can be one alone: a new queue hands over to a dead-letter queue that exists', () => {
    const stack = newStack();
    const deadLetterQueue = new Queue(stack, 'Dead', { retentionPeriod: Duration.days(14) });
    relayIn(stack, { deadLetterQueue });
    Template.fromStack(stack).hasResourceProperties('AWS::SQS::Queue', {
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Dead'), 'Arn'] },
        maxReceiveCount: 60,
      },
    });
  });

  it.each<[string, QueueProps & { readonly maxReceiveCount?: number }, string]>([
    [
      'hide a message too shortly',
      { visibilityTimeout: Duration.seconds(30) },
      'hides a received message for 30 s: give it a visibilityTimeout of 442 s',
    ],
    [
      'keep it too shortly',
      { retentionPeriod: Duration.days(4) },
      'keeps messages for 345600 s: give it a retentionPeriod of 14 days',
    ],
    ['give it up too soon', { maxReceiveCount: 3 }, 'has a maxReceiveCount of 3: give it 10 or more'],
    ['are FIFO', { fifo: true }, 'a FIFO queue: give a standard queue'],
  ])('are refused that %s', (_, wrong, problem) => {
    const stack = newStack();
    const fifo = wrong.fifo
      ? { deadLetterQueue: { queue: new Queue(stack, 'F', { fifo: true }), maxReceiveCount: 10 } }
      : {};
    const problems = problemsOf(stack, { queue: queueIn(stack, { ...fifo, ...wrong }) });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  it('are refused without a word on retention, visibility and redrive: SQS would take 4 days, 30 s and none', () => {
    const stack = newStack();
    const problems = problemsOf(stack, { queue: new Queue(stack, 'Plain') });
    expect(problems.map((problem) => problem.slice(0, 44))).toEqual([
      'queue keeps messages for 345600 s: give it a',
      'queue hides a received message for 30 s: giv',
      'queue has no dead-letter queue, so that a me',
    ]);
  });

  it('are refused where a letter would go to another queue than the one that the queue names, or to itself', () => {
    const stack = newStack();
    const queue = queueIn(stack);
    const other = new Queue(stack, 'Other', { retentionPeriod: Duration.days(14) });
    expect(problemsOf(stack, { queue, deadLetterQueue: other })[0]).toMatch(
      /deadLetterQueue is Test\/Other, and queue has Test\/Dead as its own/,
    );
    expect(problemsOf(newStack(), sameTwice())).toContain(
      'deadLetterQueue is the same queue as queue: give two queues',
    );
  });

  it('have a maxReceiveCount of their own', () => {
    const stack = newStack();
    expect(problemsOf(stack, { queue: queueIn(stack), maxReceiveCount: 20 })).toEqual([
      'maxReceiveCount is 20 beside a queue that exists: set it in the redrive policy of that queue',
    ]);
  });

  function sameTwice(): Partial<MarketoRelayProps> {
    const queue: IQueue = Queue.fromQueueArn(newStack(), 'Mine', ARN);
    return { queue, deadLetterQueue: queue };
  }
});

describe('queues that are known by their ARN', () => {
  it('are used, and a warning names the values that they need', () => {
    const stack = newStack();
    const queue = Queue.fromQueueArn(stack, 'Mine', ARN);
    const deadLetterQueue = Queue.fromQueueArn(stack, 'Dead', DEAD_ARN);
    relayIn(stack, { queue, deadLetterQueue, gatherSeconds: 60 });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::SQS::Queue', 0);
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { EventSourceArn: ARN });
    const [warning = '', ...others] = warningsOf(stack);
    expect(others).toEqual([]);
    expect(warning).toContain('queue (crm-events) needs VisibilityTimeout 500 or more, MessageRetentionPeriod 1209600');
    expect(warning).toContain('maxReceiveCount 10 or more');
    expect(warning).toContain('deadLetterQueue (crm-events-dead) needs MessageRetentionPeriod 1209600');
  });

  it('get a new dead-letter queue that lets them in', () => {
    const stack = newStack();
    relayIn(stack, { queue: Queue.fromQueueArn(stack, 'Mine', ARN) });
    Template.fromStack(stack).hasResourceProperties('AWS::SQS::Queue', {
      RedriveAllowPolicy: { redrivePermission: 'byQueue', sourceQueueArns: [ARN] },
    });
  });

  it('are refused in another region, and when they are FIFO', () => {
    const stack = newStack();
    const elsewhere = Queue.fromQueueArn(stack, 'Far', ARN.replace('eu-west-1', 'us-east-1'));
    const fifo = Queue.fromQueueArn(stack, 'Fifo', `${ARN}.fifo`);
    expect(problemsOf(stack, { queue: elsewhere, deadLetterQueue: fifo })).toEqual([
      "queue is in us-east-1, and the stack in eu-west-1: give a queue of the stack's region",
      'deadLetterQueue is crm-events.fifo, a FIFO queue: give a standard queue',
    ]);
  });
});
