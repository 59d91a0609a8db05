import { nameKey, type ObjectSchema, type SchemaField } from './object-schema.ts';
import type { SchemaState } from './schema-state.ts';

/** A schema, laid out for questions. */
interface SchemaView {
  field(name: string): SchemaField | undefined;
  /** Of a form: whatever the case, and the signs in it, of the field's name. */
  hasLike(name: string): boolean;
  /** When the field was found gone that Describe showed once. */
  removedAtMs(name: string): number | undefined;
  readonly describedAtMs: number;
  readonly schema: ObjectSchema;
}

const views = new WeakMap<SchemaState, SchemaView>();

/** Undefined while Describe has never answered. Made once for each state. */
function viewOf(state: SchemaState | undefined): SchemaView | undefined {
  if (state?.schema === undefined) return undefined;
  const view = views.get(state) ?? createView(state, state.schema);
  views.set(state, view);
  return view;
}

function createView(state: SchemaState, schema: ObjectSchema): SchemaView {
  const fields = new Map(schema.fields.map((field) => [nameKey(field.name), field]));
  const alike = new Set(schema.fields.map(({ name }) => likeness(name)));
  const removed = new Map([...state.removed].map(([name, atMs]) => [nameKey(name), atMs]));
  return {
    field: (name) => fields.get(nameKey(name)),
    hasLike: (name) => alike.has(likeness(name)),
    removedAtMs: (name) => removed.get(nameKey(name)),
    describedAtMs: state.describedAtMs,
    schema,
  };
}

function likeness(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

export type { SchemaView };
export { viewOf };
