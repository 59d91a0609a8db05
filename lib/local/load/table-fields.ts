import { readSchemaState } from '../../aws/dynamodb-schema.ts';
import type { ObjectType } from '../../schema/object-schema.ts';
import type { RelayTarget } from '../target/target.ts';
import type { Destination } from './destination.ts';
import type { FieldSource, KnownField } from './known-fields.ts';

/** What was described longer ago says nothing of a column that was made for this file. */
const OLDEST_MS = 86_400_000;

/** The fields that a relay keeps for itself, in its table. */
function createTableFields(
  { clients, ledgerTableName, subscription }: Pick<RelayTarget, 'clients' | 'ledgerTableName' | 'subscription'>,
  nowMs: () => number = Date.now,
): FieldSource {
  return {
    async fieldsOf(object) {
      const type = typeOf(object);
      if (type === undefined) return { kind: 'unknown', why: 'an object without a name has none' };
      const at = { client: clients.dynamoDb, tableName: ledgerTableName, subscription };
      const state = await readSchemaState(at, type).catch(() => undefined);
      if (state?.schema === undefined)
        return { kind: 'unknown', why: `this relay has not asked for those of ${type} yet` };
      if (nowMs() - state.describedAtMs > OLDEST_MS) {
        const since = new Date(state.describedAtMs).toISOString();
        return { kind: 'unknown', why: `this relay has asked for those of ${type} last at ${since}` };
      }
      const { fields, dedupeFields } = state.schema;
      const known = fields.map(
        ({ readOnly = false, formName: _, required: __, ...field }): KnownField => ({ ...field, readOnly }),
      );
      return { kind: 'known', known: { fields: new Map(known.map((field) => [field.name, field])), dedupeFields } };
    },
  };
}

function typeOf({ kind, name }: Destination['object']): ObjectType | undefined {
  switch (kind) {
    case 'leads':
    case 'companies':
      return kind;
    case 'programMembers':
      return 'programs/members';
    case 'customObjects':
      return name === undefined ? undefined : `customobjects/${name}`;
  }
}

export { createTableFields };
