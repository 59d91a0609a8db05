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
  /** Of the backfill queue, where there is one. */
  readonly backfillMapping?: MappingState;
  /** Why the last run of the delivery function failed as a whole, as far as that is told. */
  readonly lastFailure?: string;
  /** Settings of the delivery function, as environment variables; empty where they cannot be read. */
  readonly settings: Readonly<Record<string, string>>;
}

async function readFeed(target: RelayTarget): Promise<Feed> {
  const { lambda } = target.clients;
  if (target.kind === 'local' || lambda === undefined) {
    const { mapping, settings = {} } = await controlStatus(target);
    const { enabled, lastFailure } = mapping;
    return {
      mapping: enabled ? 'enabled' : 'disabled',
      ...(lastFailure === undefined ? {} : { lastFailure }),
      settings,
    };
  }
  const [mapping, backfill, configuration] = await Promise.all([
    lambda.send(new GetEventSourceMappingCommand({ UUID: target.eventSourceMappingId })),
    target.backfillMappingId === undefined
      ? undefined
      : lambda.send(new GetEventSourceMappingCommand({ UUID: target.backfillMappingId })),
    // Reading the function's settings is a permission of its own: without it the advised limits stand.
    lambda.send(new GetFunctionConfigurationCommand({ FunctionName: target.functionName })).catch(() => undefined),
  ]);
  const { State, LastProcessingResult: result = '' } = mapping;
  return {
    mapping: stateOf(State),
    ...(backfill === undefined ? {} : { backfillMapping: stateOf(backfill.State) }),
    ...(isFailure(result) ? { lastFailure: result } : {}),
    settings: configuration?.Environment?.Variables ?? {},
  };
}

/** `OK`, `No records processed`, or `PROBLEM: ` with what it is (Lambda: event source mappings). */
function isFailure(lastResult: string): boolean {
  return /^PROBLEM/i.test(lastResult);
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
  const { eventSourceMappingId, backfillMappingId, clients } = target;
  if (clients.lambda === undefined || eventSourceMappingId === undefined) {
    throw failed('failed', `${target.name} has no mapping`);
  }
  // That of the live queue is changed last: it is the one that is looked at.
  for (const UUID of [...(backfillMappingId === undefined ? [] : [backfillMappingId]), eventSourceMappingId]) {
    await clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: enabled }));
  }
}

export type { Feed, MappingState };
export { isFailure, readFeed, setMapping };
