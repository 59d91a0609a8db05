import {
  GetEventSourceMappingCommand,
  type LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { MappingSwitch } from '../govern/govern.ts';
import type { MappingSeen } from '../govern/seen.ts';

/**
 * The event source mapping of this id. Lambda takes about a minute for a change, and refuses another one meanwhile
 * (Lambda: UpdateEventSourceMapping, ResourceInUseException).
 */
function createLambdaMapping(client: LambdaClient, uuid: string): MappingSwitch {
  const change = async (enabled: boolean): Promise<void> => {
    await client.send(new UpdateEventSourceMappingCommand({ UUID: uuid, Enabled: enabled }));
  };
  return {
    async read() {
      const { State, LastModified } = await client.send(new GetEventSourceMappingCommand({ UUID: uuid }));
      return { state: stateOf(State), changedAtMs: LastModified?.getTime() ?? 0 };
    },
    enable: () => change(true),
    disable: () => change(false),
  };
}

/**
 * Two mappings that pause and resume together, and look like the first. The second is changed before it: where a run ends in
 * between, the first still looks as it did, and the next run changes both.
 */
function bothMappings(first: MappingSwitch, second: MappingSwitch): MappingSwitch {
  return {
    async read() {
      const [seen, other] = await Promise.all([first.read(), second.read()]);
      return other.state === 'changing' ? { ...seen, state: 'changing' } : seen;
    },
    async enable() {
      await second.enable();
      await first.enable();
    },
    async disable() {
      await second.disable();
      await first.disable();
    },
  };
}

function stateOf(state: string | undefined): MappingSeen['state'] {
  if (state === 'Enabled') return 'enabled';
  return state === 'Disabled' ? 'disabled' : 'changing';
}

export { bothMappings, createLambdaMapping };
