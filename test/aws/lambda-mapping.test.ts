import { GetEventSourceMappingCommand, LambdaClient, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { bothMappings, createLambdaMapping } from '../../lib/aws/lambda-mapping.ts';

describe('the event source mapping', () => {
  const lambda = mockClient(LambdaClient);
  const mapping = createLambdaMapping(new LambdaClient({ region: 'us-east-1' }), 'uuid');
  beforeEach(() => lambda.reset());

  it.each([
    ['Enabled', 'enabled'],
    ['Disabled', 'disabled'],
    ['Enabling', 'changing'],
    ['Disabling', 'changing'],
    ['Updating', 'changing'],
    ['Creating', 'changing'],
    [undefined, 'changing'],
  ])('that is %s is %s', async (State, state) => {
    const LastModified = new Date('2027-01-20T12:00:00Z');
    lambda.on(GetEventSourceMappingCommand, { UUID: 'uuid' }).resolves({ ...(State && { State }), LastModified });
    expect(await mapping.read()).toEqual({ state, changedAtMs: LastModified.getTime() });
  });

  it('is enabled and disabled, and nothing else of it is changed', async () => {
    lambda.on(UpdateEventSourceMappingCommand).resolves({});
    await mapping.disable();
    await mapping.enable();
    expect(lambda.commandCalls(UpdateEventSourceMappingCommand).map(({ args }) => args[0].input)).toEqual([
      { UUID: 'uuid', Enabled: false },
      { UUID: 'uuid', Enabled: true },
    ]);
  });
});

describe('two mappings', () => {
  const seen = (state: 'enabled' | 'disabled' | 'changing') => ({ state, changedAtMs: 7 });
  function pair(first: 'enabled' | 'disabled' | 'changing', second: 'enabled' | 'disabled' | 'changing') {
    const done: string[] = [];
    const one = (name: string, state: 'enabled' | 'disabled' | 'changing') => ({
      read: async () => seen(state),
      enable: async () => void done.push(`enable ${name}`),
      disable: async () => void done.push(`disable ${name}`),
    });
    return { done, both: bothMappings(one('live', first), one('backfill', second)) };
  }

  it('look like the first, and as changing while either changes', async () => {
    const states = [
      ['enabled', 'disabled', 'enabled'],
      ['disabled', 'enabled', 'disabled'],
      ['enabled', 'changing', 'changing'],
      ['changing', 'enabled', 'changing'],
    ] as const;
    for (const [first, second, state] of states) expect(await pair(first, second).both.read()).toEqual(seen(state));
  });

  it('change together, the first last: a run that ends in between is done again', async () => {
    const { done, both } = pair('enabled', 'enabled');
    await both.disable();
    await both.enable();
    expect(done).toEqual(['disable backfill', 'disable live', 'enable backfill', 'enable live']);
  });
});
