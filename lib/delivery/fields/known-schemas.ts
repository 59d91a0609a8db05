import type { Message } from '../../message/message.ts';
import type { ObjectType } from '../../schema/object-schema.ts';
import { objectTypesOf } from '../../schema/object-types.ts';
import { SCHEMA_POLICY } from '../../schema/policy.ts';
import { isDenied, type Occasion, type SchemaChange, type SchemaState } from '../../schema/schema-state.ts';
import { type SchemaView, viewOf } from '../../schema/schema-view.ts';
import type { Deadline } from '../call/call-timeout.ts';
import type { PermitReleases } from '../call/permit-releases.ts';
import type { DeliveryDeps } from '../deps.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { askDescribe } from './describe-call.ts';
import type { FieldRules } from './field-rules.ts';

/** The schemas of the object types that one batch is about. Nothing throws. */
interface KnownSchemas {
  readonly types: readonly ObjectType[];
  /** Resolves when what memory and table have is read: until then nothing is known. */
  readonly ready: Promise<void>;
  typesOf(message: Pick<Message, 'request' | 'endpoint'>): readonly ObjectType[];
  state(type: ObjectType): SchemaState | undefined;
  view(type: ObjectType): SchemaView | undefined;
  /** Describes a type, if that may be. @returns how long to wait where it may not be yet, else 0 */
  look(type: ObjectType, occasion: Occasion): Promise<number>;
}

interface Surroundings {
  readonly deps: DeliveryDeps;
  readonly releases: PermitReleases;
  readonly deadline: Deadline;
}

/** Reads what memory and table have of the types that these messages are about. */
function readSchemas(messages: readonly Message[], rules: FieldRules, surroundings: Surroundings): KnownSchemas {
  const { deps, releases, deadline } = surroundings;
  const { schemas } = rules;
  // Who has records sent as they are needs keys, and nothing else.
  const isWanted = (type: ObjectType): boolean => rules.unknownFields !== 'send' || type.startsWith('customobjects/');
  const typesOf: KnownSchemas['typesOf'] = ({ request, endpoint }) => objectTypesOf(request, endpoint).filter(isWanted);
  const types = [...new Set(messages.flatMap(typesOf))];
  const states = new Map<ObjectType, SchemaState>();
  const ready = schemas.known(types).then((known) => {
    for (const [type, state] of known) states.set(type, state);
  });

  async function look(type: ObjectType, occasion: Occasion): Promise<number> {
    const { clock } = deps;
    const patienceMs = occasion === 'hourly' ? 0 : DELIVERY_POLICY.permitPatienceMs;
    const { state, change, waitMs } = await schemas.describe(type, {
      occasion,
      enoughAtMs: clock.nowMs() - (occasion === 'hourly' ? SCHEMA_POLICY.refreshMs : SCHEMA_POLICY.certainMs),
      ask: () => askDescribe({ type, patienceMs }, deps, releases, deadline),
    });
    if (state !== undefined) states.set(type, state);
    tell(type, change);
    return state !== undefined && isDenied(state, clock.nowMs()) ? 0 : waitMs;
  }

  function tell(type: ObjectType, { removed, returned }: SchemaChange): void {
    const { log, observe } = deps;
    if (returned.length > 0) log.warn('fields are back in Marketo', { type, fields: returned.slice(0, MAX_TOLD) });
    if (removed.length === 0) return;
    log.warn('fields are gone from Marketo', { type, count: removed.length, fields: removed.slice(0, MAX_TOLD) });
    observe({ kind: 'schemaChanged', type, fields: removed.length });
  }

  return {
    types,
    ready,
    typesOf,
    state: (type) => states.get(type),
    view: (type) => viewOf(states.get(type)),
    look,
  };
}

/** Names in one log line. */
const MAX_TOLD = 50;

export type { KnownSchemas, Surroundings };
export { readSchemas };
