import { GetEventSourceMappingCommand, LambdaClient, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLambdaMapping } from '../../lib/aws/lambda-mapping.ts';

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
