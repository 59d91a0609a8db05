import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createDynamoDbSchemaRegister, readSchemaState } from '../../lib/aws/dynamodb-schema.ts';
import { decodeSchemaItem, encodeSchemaItem } from '../../lib/aws/schema-item.ts';
import { EMPTY_SCHEMA_STATE, type SchemaState } from '../../lib/schema/schema-state.ts';
import { ModelTable } from '../../lib/simulation/model/table.ts';

const clock = { nowMs: () => Date.UTC(2027, 2, 1), sleep: async () => {} };

/** A large subscription: as many fields as Adobe's support sees at most, with long names. */
const LARGE: SchemaState = {
  schema: {
    dedupeFields: ['a', 'b'],
    fields: Array.from({ length: 2_000 }, (_, index) => ({
      name: `customFieldOfTheCompany${(index * 7919) % 100_003}`,
      formName: `Custom_Field_Of_The_Company_${(index * 7919) % 100_003}__c`,
      displayName: `Custom field of the company no. ${(index * 7919) % 100_003}`,
      dataType: ['string', 'integer', 'datetime', 'text'][index % 4] ?? 'string',
      length: 255,
    })),
  },
  describedAtMs: Date.UTC(2027, 2, 1, 1),
  keysSinceMs: Date.UTC(2027, 2, 1, 2),
  removed: new Map([['shoeSize', Date.UTC(2027, 2, 1, 3)]]),
  askedAtMs: Date.UTC(2027, 2, 1, 4),
  vainLooks: 3,
  deniedUntilMs: Date.UTC(2027, 2, 2),
  leaseEndsAtMs: Date.UTC(2027, 2, 1, 5),
};

describe('the item of a schema', () => {
  it('reads back the same, and two thousand fields are a tenth of what an item takes', () => {
    const item = encodeSchemaItem(LARGE);
    expect(decodeSchemaItem(item)).toEqual(LARGE);
    expect(item.packed?.B?.length).toBeLessThan(40_000);
  });

  it('is nothing where somebody has changed it by hand', () => {
    const { schema, describedAtMs } = decodeSchemaItem({
      packed: { B: new Uint8Array([1, 2, 3]) },
      describedAt: { S: 'x' },
    });
    expect({ schema, describedAtMs }).toEqual({ schema: undefined, describedAtMs: 0 });
  });
});

describe('the register in DynamoDB', () => {
  it('swaps what nobody has changed since, and nothing else', async () => {
    const table = new ModelTable();
    const client = { send: async (command: unknown) => table.execute(command) } as unknown as DynamoDBClient;
    const at = { client, tableName: 'table', subscription: 'acme' };
    const register = createDynamoDbSchemaRegister({ ...at, clock, random: Math.random });
    expect(await register.read('leads')).toBeUndefined();
    const first = await register.swap('leads', undefined, EMPTY_SCHEMA_STATE);
    expect(await register.swap('leads', undefined, LARGE)).toBeUndefined();
    const second = await register.swap('leads', first, LARGE);
    expect(await register.read('leads')).toEqual(second);
    expect(await register.swap('leads', first, EMPTY_SCHEMA_STATE)).toBeUndefined();
    expect(await readSchemaState(at, 'leads')).toEqual(LARGE);
    expect(await readSchemaState(at, 'companies')).toBeUndefined();
  });
});
