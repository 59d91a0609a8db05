import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { failed } from '../verb-failure.ts';
import { askControl, controlStatus } from './control.ts';
import type { RelayTarget } from './target.ts';

/** Whether messages are taken off the queue. `changing`: within about a minute (Lambda: event source mappings). */
type MappingState = 'enabled' | 'disabled' | 'changing';

interface Feed {
  readonly mapping: MappingState;
  /** Settings of the delivery function, as environment variables; empty where they cannot be read. */
  readonly settings: Readonly<Record<string, string>>;
}

async function readFeed(target: RelayTarget): Promise<Feed> {
  const { lambda } = target.clients;
  if (target.kind === 'local' || lambda === undefined) {
    const { mapping, settings = {} } = await controlStatus(target);
    return { mapping: mapping.enabled ? 'enabled' : 'disabled', settings };
  }
  const [mapping, configuration] = await Promise.all([
    lambda.send(new GetEventSourceMappingCommand({ UUID: target.eventSourceMappingId })),
    // Reading the function's settings is a permission of its own: without it the advised limits stand.
    lambda.send(new GetFunctionConfigurationCommand({ FunctionName: target.functionName })).catch(() => undefined),
  ]);
  return { mapping: stateOf(mapping.State), settings: configuration?.Environment?.Variables ?? {} };
}

function stateOf(state: string | undefined): MappingState {
  if (state === 'Enabled') return 'enabled';
  return state === 'Disabled' ? 'disabled' : 'changing';
}

async function setMapping(target: RelayTarget, enabled: boolean): Promise<void> {
  if (target.kind === 'local') {
    await askControl(target, 'POST', '/mapping', { enabled });
    return;
  }
  const { eventSourceMappingId: UUID, clients } = target;
  if (clients.lambda === undefined || UUID === undefined) throw failed('failed', `${target.name} has no mapping`);
  await clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: enabled }));
}

export type { Feed, MappingState };
export { readFeed, setMapping };
