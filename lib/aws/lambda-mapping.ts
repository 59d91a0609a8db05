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

function stateOf(state: string | undefined): MappingSeen['state'] {
  if (state === 'Enabled') return 'enabled';
  return state === 'Disabled' ? 'disabled' : 'changing';
}

export { createLambdaMapping };
