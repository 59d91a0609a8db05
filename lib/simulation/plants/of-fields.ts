import type { SchemaState } from '../../schema/schema-state.ts';
import type { PlantedBug } from './planted-bug.ts';

/** Bugs that believe a schema which is older than the record, or a field that was never looked for. */
const BUGS_OF_FIELDS: readonly PlantedBug[] = [
  {
    what: 'refuses a record by a schema of an hour ago',
    finds: 'fieldsTrue',
    deps: (deps) => {
      const { fields, clock } = deps;
      if (fields === undefined) return deps;
      const asIfNew = (state: SchemaState): SchemaState =>
        state.describedAtMs === 0 ? state : { ...state, describedAtMs: clock.nowMs() + 3_600_000 };
      const known: typeof fields.schemas.known = async (types) =>
        new Map([...(await fields.schemas.known(types))].map(([type, state]) => [type, asIfNew(state)]));
      return { ...deps, fields: { ...fields, schemas: { ...fields.schemas, known } } };
    },
  },
];

export { BUGS_OF_FIELDS };
