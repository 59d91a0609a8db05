import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoDbSchemaRegister } from '../../../lib/aws/dynamodb-schema.ts';
import type { ObjectSchema, ObjectType } from '../../../lib/schema/object-schema.ts';
import { EMPTY_SCHEMA_STATE, type SchemaState } from '../../../lib/schema/schema-state.ts';
import { type CliUnderTest, startCliUnderTest } from '../support/relay-cli.ts';

let cli: CliUnderTest;
let subscription = '';
beforeAll(async () => {
  cli = await startCliUnderTest();
});
afterAll(() => cli.stop());
beforeEach(async () => {
  await cli.reset();
  await cli.wire.clearTable();
  const wrapTarget = <T extends { subscription: string }>(target: T): T => {
    subscription = target.subscription;
    return target;
  };
  await cli.run(['fields', 'leads'], { wrapTarget });
  await Promise.all(
    ['people.csv', 'people.load.json', 'people.rejects.csv'].map((name) => rm(join(cli.folder, name), { force: true })),
  );
});

const LEADS: ObjectSchema = {
  dedupeFields: [],
  fields: [
    { name: 'email', formName: 'Email', displayName: 'Email Address', dataType: 'email', length: 255 },
    { name: 'leadScore', displayName: 'Person Score', dataType: 'integer' },
    { name: 'createdAt', dataType: 'datetime', readOnly: true },
  ],
};

/** As a worker leaves it. */
async function store(type: ObjectType, state: Partial<SchemaState>): Promise<void> {
  const { dynamodb: client, tableName } = cli.wire;
  const clock = { nowMs: () => Date.now(), sleep: async () => {} };
  const register = createDynamoDbSchemaRegister({ client, tableName, subscription, clock, random: Math.random });
  await register.swap(type, undefined, { ...EMPTY_SCHEMA_STATE, ...state });
}

const load = (text: string, ...argv: readonly string[]) =>
  writeFile(join(cli.folder, 'people.csv'), text).then(() => cli.run(['load', 'people.csv', '--dry-run', ...argv]));

describe('fields', () => {
  it('shows what the relay knows of an object type, and what has gone', async () => {
    const describedAtMs = Date.UTC(2027, 2, 1);
    await store('leads', { schema: LEADS, describedAtMs, removed: new Map([['shoeSize', describedAtMs]]) });
    const { status, stdout } = await cli.run(['fields', 'leads']);
    expect(status).toBe(0);
    expect(stdout).toBe(
      [
        'leads: 3 fields, described 2027-03-01T00:00:00.000Z',
        '  gone since 2027-03-01T00:00:00.000Z: shoeSize',
        '  email      email 255',
        '  leadScore  integer',
        '  createdAt  datetime read-only',
        '',
      ].join('\n'),
    );
    const { stdout: json } = await cli.run(['fields', 'leads', '--json']);
    expect(JSON.parse(json)).toMatchObject({ type: 'leads', fields: LEADS.fields, gone: [{ name: 'shoeSize' }] });
  });

  it('says that it knows nothing, or that there is no such type', async () => {
    expect(await cli.run(['fields', 'companies'])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('knows nothing of companies'),
    });
    expect(await cli.run(['fields', 'people'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('"people" is no object type: give leads'),
    });
  });
});

describe('load', () => {
  it('checks columns and values against what the relay has asked for', async () => {
    await store('leads', { schema: LEADS, describedAtMs: Date.now() });
    const wrong = await load('email,Person Score\na@example.com,1\n');
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain("did you mean leadScore? --map 'Person Score=leadScore'");
    const right = await load('email,leadScore\na@example.com,1\nb@example.com,high\n');
    expect(right.stderr).toContain('leadScore: "high" is no whole number');
    expect(right.stderr).not.toContain('are not checked');
  });

  it('takes the dedupe fields of a custom object, which Describe calls read-only', async () => {
    const schema: ObjectSchema = {
      dedupeFields: ['vin'],
      fields: [{ name: 'vin', dataType: 'string', readOnly: true }],
    };
    await store('customobjects/car_c', { schema, describedAtMs: Date.now() });
    expect(await load('vin\nv1\n', '--custom-object', 'car_c')).toMatchObject({ status: 0 });
  });

  it('warns where that is older than a day', async () => {
    await store('leads', { schema: LEADS, describedAtMs: Date.now() - 25 * 3_600_000 });
    const { status, stderr } = await load('email,shoeSize\na@example.com,1\n');
    expect(status).toBe(0);
    expect(stderr).toContain('this relay has asked for those of leads last at');
  });
});
