import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../lib/cloud/configuration-error.ts';
import { createStacks, planStacks } from '../../lib/cloud/subscriptions.ts';
import { readDoc } from '../docs/source.ts';
import { type Resource, testApp } from './synth.ts';

const EU = { name: 'eu', marketoBaseUrl: 'https://123-ABC-456.mktorest.com' };
const US = { name: 'us', marketoBaseUrl: 'https://789-DEF-012.mktorest.com' };

function problemsOf(context: Record<string, unknown>): readonly string[] {
  try {
    planStacks(context);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  throw new Error('the context was accepted');
}

/** Names that AWS keeps apart by account and region, and that the template gives itself. */
function namesOf(template: Template): readonly string[] {
  const named = ['QueueName', 'AlarmName', 'DashboardName', 'Name'];
  const resources = Object.values(template.toJSON().Resources as Record<string, Resource>);
  // Saved queries of Athena are known by their ids, in the work group of each relay.
  const unique = resources.filter(({ Type }) => Type !== 'AWS::Athena::NamedQuery');
  return unique.flatMap(({ Properties = {} }) =>
    named.flatMap((name) => (name in Properties ? [JSON.stringify(Properties[name])] : [])),
  );
}

describe('several subscriptions', () => {
  it('are a stack each, with the values for all and its own', () => {
    expect(planStacks({ dailyQuota: 10, logLevel: 'WARN', subscriptions: [EU, { ...US, dailyQuota: '20' }] })).toEqual([
      {
        id: 'MarketoRelay-eu',
        props: { marketoBaseUrl: 'https://123-abc-456.mktorest.com', dailyQuota: 10, logLevel: 'WARN' },
      },
      {
        id: 'MarketoRelay-us',
        props: { marketoBaseUrl: 'https://789-def-012.mktorest.com', dailyQuota: 20, logLevel: 'WARN' },
      },
    ]);
  });

  it('may be given as a text, as -c gives them', () => {
    expect(planStacks({ subscriptions: JSON.stringify([EU]) }).map(({ id }) => id)).toEqual(['MarketoRelay-eu']);
  });

  it('of the README make stacks that share no name', () => {
    const [, json = ''] = /```json\n(\{\n {2}"alarmEmail"[\s\S]*?)```/.exec(readDoc('README.md')) ?? [];
    const stacks = createStacks(testApp(), JSON.parse(json));
    expect(stacks.map(({ stackName }) => stackName)).toEqual(['MarketoRelay-eu', 'MarketoRelay-us']);
    const [eu = [], us = []] = stacks.map((stack) => namesOf(Template.fromStack(stack)));
    expect(eu.length).toBeGreaterThan(20);
    expect(eu.filter((name) => us.includes(name))).toEqual([]);
    const relays = stacks.map(({ relay }) => relay.metricCalls().dimensions?.service);
    expect(new Set(relays).size).toBe(2);
  });

  it('of one address are an error that shows both and the remedy', () => {
    const twice = [EU, { ...US, marketoBaseUrl: `${EU.marketoBaseUrl}/rest` }];
    expect(() => createStacks(testApp(), { subscriptions: twice })).toThrow(
      /The stack MarketoRelay-us cannot be built:\n- MarketoRelay-us\/Relay and MarketoRelay-eu\/Relay have the marketoBaseUrl .*publish to the queue of the other/,
    );
  });

  it('say which of them cannot be built', () => {
    const subscriptions = [EU, { ...US, dailyQuotaReserve: 60_000 }];
    expect(() => createStacks(testApp(), { subscriptions })).toThrow(
      'The stack MarketoRelay-us cannot be built:\n- dailyQuotaReserve is 60000 of a dailyQuota of 50000: give less.',
    );
  });

  it.each<[unknown, string]>([
    ['eu,us', 'subscriptions is no JSON: give a list such as [{"name":"eu",'],
    [[], 'subscriptions is "[]": give a list'],
    [{ eu: EU }, 'subscriptions is a text of'],
    [['eu'], 'subscriptions has the entry "\\"eu\\"": give a list'],
    [Array.from({ length: 101 }, () => EU), 'subscriptions has 101 entries: give at most 100'],
    [[{ ...EU, name: 'e u' }], 'subscriptions[0]: name is "\\"e u\\"": give a letter'],
    [[{ ...EU, name: undefined }], 'subscriptions[0]: name is "missing": give a letter'],
    [[{ name: 'eu' }], 'subscriptions[0]: marketoBaseUrl is missing'],
    [[EU, { ...US, name: 'EU' }], 'subscriptions[1]: name is "EU", as of an entry before'],
    [[EU, { ...US, dailyQuota: 'lots' }], 'subscriptions[1]: dailyQuota is "lots": give a whole number'],
    [
      [EU, { ...US, dailyquota: 1 }],
      'subscriptions[1]: "dailyquota" is not a name that the relay knows: write dailyQuota',
    ],
    [[{ ...EU, colour: 'red' }], 'subscriptions[0]: "colour" is not a name that the relay knows: leave it out'],
  ])('are refused as %j', (subscriptions, problem) => {
    const problems = problemsOf({ subscriptions });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  it('have address and secret each in its entry', () => {
    expect(problemsOf({ subscriptions: [EU], secretName: 'one/for/all', dailyQuota: 'x' })).toEqual([
      'secretName is given beside subscriptions, and belongs to one of them: give it in an entry of the list',
      'dailyQuota is "x": give a whole number from 1 to 100000000',
    ]);
  });

  it('that are none make one stack, as ever', () => {
    expect(planStacks({})).toEqual([{ id: 'MarketoRelay', props: {} }]);
  });
});
