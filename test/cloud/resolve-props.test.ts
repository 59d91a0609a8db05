import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../lib/cloud/configuration-error.ts';
import { MarketoRelay } from '../../lib/cloud/marketo-relay.ts';
import { RELAY_NUMBER_NAMES, RELAY_NUMBERS } from '../../lib/cloud/relay-numbers.ts';
import type { MarketoRelayProps } from '../../lib/cloud/relay-props.ts';
import { resolveProps } from '../../lib/cloud/resolve-props.ts';
import { BASE_URL, testApp } from './synth.ts';

function problemsOf(props: Partial<MarketoRelayProps>): readonly string[] {
  try {
    resolveProps({ marketoBaseUrl: BASE_URL, ...props });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('the props of a relay', () => {
  it.each(RELAY_NUMBER_NAMES)('refuse %s outside its range, showing the value and the range', (name) => {
    const { min, max } = RELAY_NUMBERS[name];
    for (const bad of [min - 1, max + 1, min + 0.5, Number.NaN]) {
      expect(problemsOf({ [name]: bad })).toContain(`${name} is ${bad}: give a whole number from ${min} to ${max}`);
    }
  });

  it.each(RELAY_NUMBER_NAMES)('accept %s at the ends of its range', (name) => {
    const gather = {
      gatherSeconds: 1,
      gatherMessages: 10,
      dailyQuota: RELAY_NUMBERS.dailyQuota.max,
      backfill: true,
      ...(name === 'rateLimitWindowSeconds' ? { rateLimitCalls: 10 } : {}),
    };
    expect(problemsOf({ ...gather, [name]: RELAY_NUMBERS[name].min })).toEqual([]);
    expect(problemsOf({ ...gather, [name]: RELAY_NUMBERS[name].max })).toEqual([]);
  });

  it('refuse a unit of isolation that there is not', () => {
    expect(problemsOf({ isolate: 'field' as 'record' })).toEqual(['isolate is "field": give "record" or "message"']);
    expect(problemsOf({ isolate: 'message' })).toEqual([]);
    expect(problemsOf({ order: 'all' as 'key' })).toEqual(['order is "all": give "key" or "none"']);
    expect(problemsOf({ order: 'none' })).toEqual([]);
  });

  it('refuse a reserve that leaves nothing of the day', () => {
    expect(problemsOf({ dailyQuota: 100, dailyQuotaReserve: 100 })).toEqual([
      'dailyQuotaReserve is 100 of a dailyQuota of 100: give less',
    ]);
  });

  it('refuse a pace that the one item of the ledger cannot be written at', () => {
    expect(problemsOf({ rateLimitCalls: 100, rateLimitWindowSeconds: 5 })).toEqual([
      'rateLimitCalls is 100 in rateLimitWindowSeconds 5: one DynamoDB item keeps the books of 10 calls a second at most; ' +
        'give at most 50 calls',
    ]);
    expect(problemsOf({ rateLimitCalls: 50, rateLimitWindowSeconds: 5 })).toEqual([]);
  });

  it('refuse a host outside Marketo unless it is allowed', () => {
    const marketoBaseUrl = 'https://marketo.example.com';
    expect(problemsOf({ marketoBaseUrl })).toEqual([expect.stringContaining('allowOtherHosts=true')]);
    expect(problemsOf({ marketoBaseUrl, allowOtherHosts: true })).toEqual([]);
  });

  it('refuse an address without https, with a path, or without a scheme', () => {
    expect(problemsOf({ marketoBaseUrl: 'http://127.0.0.1:4000' })).toEqual([
      'marketoBaseUrl is "http://127.0.0.1:4000": give the https address of the subscription',
    ]);
    expect(problemsOf({ marketoBaseUrl: `${BASE_URL}/identity` })).toEqual([
      expect.stringContaining('leave out the path'),
    ]);
    expect(problemsOf({ marketoBaseUrl: '123-ABC-456' })).toEqual([expect.stringContaining('give the address')]);
  });

  it('refuse more than ten messages without a time to gather them', () => {
    expect(problemsOf({ gatherSeconds: 0 })).toEqual([
      expect.stringMatching(/^gatherMessages is 300 with gatherSeconds 0: .*; give gatherSeconds of 1, or/),
    ]);
    expect(problemsOf({ gatherSeconds: 0, gatherMessages: 10 })).toEqual([]);
  });

  it('are refused all at once', () => {
    expect(problemsOf({ maxConcurrency: 1, quotaTimeZone: 'CST', marketoBaseUrl: 'x' })).toHaveLength(3);
  });

  it('are checked before anything is built', () => {
    const stack = new Stack(testApp(), 'Test');
    const build = () => new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL, maxConcurrency: 1 });
    expect(build).toThrow('The relay cannot be built:\n- maxConcurrency is 1: give a whole number from 2 to 1000.');
  });

  it('may be known only at deployment', () => {
    const stack = new Stack(testApp(), 'Test');
    const number = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
    const text = (id: string) => new CfnParameter(stack, id).valueAsString;
    new MarketoRelay(stack, 'Relay', {
      marketoBaseUrl: text('BaseUrl'),
      quotaTimeZone: text('Zone'),
      gatherSeconds: number('Gather'),
      dailyQuota: number('Quota'),
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 420 + 20 + 300 });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      MaximumBatchingWindowInSeconds: { Ref: 'Gather' },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          MARKETO_BASE_URL: { Ref: 'BaseUrl' },
          QUOTA_TIME_ZONE: { Ref: 'Zone' },
          DAILY_QUOTA: { Ref: 'Quota' },
        }),
      },
    });
  });
});
