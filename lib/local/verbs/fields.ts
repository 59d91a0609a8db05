import type { Command } from 'commander';
import { readSchemaState } from '../../aws/dynamodb-schema.ts';
import type { ObjectType } from '../../schema/object-schema.ts';
import type { SchemaState } from '../../schema/schema-state.ts';
import { type CliIo, note, print } from '../io.ts';
import { printable, printableJson } from '../print.ts';
import { examples, onTarget, type VerbRun } from '../verb.ts';
import { type ExitName, failed } from '../verb-failure.ts';

const TYPES =
  'leads, companies, opportunities, opportunities/roles, salespersons, namedaccounts, activities, programs/members, customobjects/NAME or forms/ID';
const TYPE =
  /^(?:leads|companies|opportunities(?:\/roles)?|salespersons|namedaccounts|activities|programs\/members|customobjects\/\w+|forms\/\d+)$/;

function registerFields(program: Command, io: CliIo): void {
  const command = program
    .command('fields')
    .description('What the relay knows of the fields of an object type, and which have gone from Marketo.')
    .argument('<type>', TYPES)
    .addHelpText(
      'after',
      examples(
        ['relay fields leads --local', 'fields of leads'],
        ['relay fields customobjects/order_c --json', 'of a custom object, for a script'],
      ),
    )
    .action(async (type: string) => {
      if (!TYPE.test(type)) throw failed('usage', `"${type}" is no object type: give ${TYPES}`);
      await onTarget(command, io, (run) => fields(type as ObjectType, io, run));
    });
}

async function fields(type: ObjectType, io: CliIo, { target, json }: VerbRun): Promise<ExitName> {
  const { clients, ledgerTableName: tableName, subscription } = target;
  const state = await readSchemaState({ client: clients.dynamoDb, tableName, subscription }, type);
  if (state === undefined) {
    note(io, `${target.name} knows nothing of ${type}: it asks Marketo when records of this type are delivered.`);
    return 'nothing';
  }
  await print(io, json ? `${printableJson(dataOf(type, state))}\n` : `${render(type, state, io.clock.nowMs())}\n`);
  return 'done';
}

function dataOf(type: ObjectType, state: SchemaState) {
  const { schema, removed, describedAtMs, deniedUntilMs } = state;
  return {
    type,
    ...(describedAtMs > 0 && { describedAt: instant(describedAtMs) }),
    ...(deniedUntilMs > 0 && { deniedUntil: instant(deniedUntilMs) }),
    dedupeFields: schema?.dedupeFields ?? [],
    fields: schema?.fields ?? [],
    gone: [...removed].map(([name, sinceMs]) => ({ name, since: instant(sinceMs) })),
  };
}

function render(
  type: ObjectType,
  { schema, removed, describedAtMs, deniedUntilMs }: SchemaState,
  nowMs: number,
): string {
  const { fields: all = [], dedupeFields = [] } = schema ?? {};
  const width = Math.max(0, ...all.map(({ name }) => name.length));
  const head =
    describedAtMs === 0
      ? `${type}: never described`
      : `${type}: ${all.length} fields, described ${instant(describedAtMs)}`;
  return [
    head,
    ...(deniedUntilMs > nowMs
      ? [`  Describe is not permitted; it is asked again after ${instant(deniedUntilMs)}`]
      : []),
    ...(dedupeFields.length > 0 ? [`  key: ${printable(dedupeFields.join(', '), 300)}`] : []),
    ...[...removed].map(([name, sinceMs]) => `  gone since ${instant(sinceMs)}: ${printable(name, 100)}`),
    ...all.map(({ name, dataType = '', length, readOnly }) => {
      const facts = [dataType, ...(length === undefined ? [] : [String(length)]), ...(readOnly ? ['read-only'] : [])];
      return `  ${printable(name, 100).padEnd(Math.min(width, 100))}  ${printable(facts.join(' '), 60)}`.trimEnd();
    }),
  ].join('\n');
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}

export { registerFields };
