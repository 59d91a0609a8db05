import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { readContext } from '../../lib/cloud/context.ts';
import { MarketoRelay } from '../../lib/cloud/marketo-relay.ts';
import { RelayStack } from '../../lib/cloud/relay-stack.ts';
import { BASE_URL, synthesizeRelay, testApp } from './synth.ts';

/** What the delivery function is told, and may do, about results. */
function delivery(template: Template) {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const { Environment } = functions.map(({ Properties }) => Properties).find(({ Timeout }) => Timeout === 420) ?? {};
  const { RESULTS_QUEUE_URL: queue, RESULTS_BUS_NAME: bus } = Environment.Variables;
  return { ...(queue && { queue }), ...(bus && { bus }) };
}

describe('the results of a relay', () => {
  it('go nowhere unless asked for', () => {
    const { template, relay } = synthesizeRelay();

    expect(delivery(template)).toEqual({});
    expect([relay.resultsQueue, relay.resultsBus]).toEqual([undefined, undefined]);
    template.resourceCountIs('AWS::SQS::Queue', 2);
    expect(() =>
      relay.grantConsumeResults(new Role(relay, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })),
    ).toThrow(/give `results: 'queue'`/);
  });

  it('go to a queue of its own, encrypted and kept for 14 days, to which the function may only send', () => {
    const { template } = synthesizeRelay({ results: 'queue' });

    template.hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 180,
    });
    expect(delivery(template)).toEqual({ queue: { Ref: expect.stringMatching(/^RelayResults/) } });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'sqs:SendMessage',
            Resource: Match.anyValue(),
          }),
        ]),
      },
    });
  });

  it('go to a bus of its own', () => {
    const { template } = synthesizeRelay({ results: 'bus' });

    expect(delivery(template)).toEqual({ bus: { 'Fn::GetAtt': [expect.stringMatching(/^RelayResultsBus/), 'Arn'] } });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'events:PutEvents' })]) },
    });
  });

  it('go to what exists', () => {
    const stack = new Stack(testApp(), 'Test');
    const queue = new Queue(stack, 'Mine');
    const bus = new EventBus(stack, 'MyBus');
    const one = new MarketoRelay(stack, 'One', { marketoBaseUrl: BASE_URL, results: queue });
    const two = new MarketoRelay(stack, 'Two', {
      marketoBaseUrl: 'https://456-DEF-789.mktorest.com',
      results: bus as never,
    });

    expect(one.resultsQueue).toBe(queue);
    expect(two.resultsBus).toBe(bus);
  });

  it.each([
    ['queue', 'ResultsQueueUrl'],
    ['bus', 'ResultsBusName'],
    ['arn:aws:sqs:us-east-1:123456789012:mine', 'ResultsQueueUrl'],
    ['arn:aws:events:us-east-1:123456789012:event-bus/mine', 'ResultsBusName'],
  ])('are asked for by context: %s', (results, output) => {
    const stack = new RelayStack(testApp(), 'Test', { ...readContext({ results }), marketoBaseUrl: BASE_URL });

    const outputs = Object.keys(Template.fromStack(stack).findOutputs('*'));
    expect(outputs.filter((name) => name.startsWith('Results'))).toEqual([output]);
  });

  it.each(['topic', 'true', 'arn:aws:sns:us-east-1:123456789012:mine'])(
    'are refused as %s, with what to give',
    (results) => {
      expect(() => readContext({ results })).toThrow(
        /results is ".*": give "queue" or "bus" for a new one, or the ARN/,
      );
    },
  );
});
