import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { readFeed, setMapping } from '../../../lib/local/target/mapping.ts';
import type { RelayTarget } from '../../../lib/local/target/target.ts';

const lambda = mockClient(LambdaClient);
beforeEach(() => lambda.reset());

function stack(more: Partial<RelayTarget> = {}): RelayTarget {
  const clients = { lambda: new LambdaClient({ region: 'us-east-1' }) } as RelayTarget['clients'];
  return { kind: 'stack', name: 'Relay', eventSourceMappingId: 'live', clients, ...more } as RelayTarget;
}

describe('the mappings of a stack', () => {
  it('change together where there are two: that of the live queue, which is looked at, comes last', async () => {
    lambda.on(UpdateEventSourceMappingCommand).resolves({});

    await setMapping(stack({ backfillMappingId: 'backfill' }), false);
    await setMapping(stack(), true);

    expect(lambda.commandCalls(UpdateEventSourceMappingCommand).map(({ args }) => args[0].input)).toEqual([
      { UUID: 'backfill', Enabled: false },
      { UUID: 'live', Enabled: false },
      { UUID: 'live', Enabled: true },
    ]);
  });

  it('are told apart', async () => {
    lambda.on(GetFunctionConfigurationCommand).resolves({});
    lambda.on(GetEventSourceMappingCommand, { UUID: 'live' }).resolves({ State: 'Enabled' });
    lambda.on(GetEventSourceMappingCommand, { UUID: 'backfill' }).resolves({ State: 'Disabling' });

    expect(await readFeed(stack({ backfillMappingId: 'backfill' }))).toMatchObject({
      mapping: 'enabled',
      backfillMapping: 'changing',
    });
    expect(await readFeed(stack())).not.toHaveProperty('backfillMapping');
  });
});
