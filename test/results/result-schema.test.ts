import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../lib/results/result.ts';
import { resultSchemaText } from '../../scripts/write-result-schema.ts';
import { done, json, skipped, World } from '../delivery/harness.ts';

const file = readFileSync(new URL('../../result.schema.json', import.meta.url), 'utf8');
const isValid = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false }).compile(JSON.parse(file));

/** Results of every kind, as delivery tells them. */
async function someResults(): Promise<readonly Result[]> {
  const world = new World({
    script: ({ input, request }) =>
      request.method === 'GET'
        ? json({ success: true, requestId: 'r', result: [], nextPageToken: 'next' })
        : done(input, ({ email }) => (email === 'bad' ? skipped('1003', 'no') : { id: 1, status: 'created' })),
  });
  await world.deliver(
    world.messages([
      { path: '/rest/v1/leads.json', body: { input: [{ email: 'a' }, { email: 'bad' }] }, results: { request: true } },
      { path: '/rest/v1/leads/push.json', body: { programName: 'p', input: [{ email: 'b' }] }, correlation: 'c' },
      { path: '/rest/v1/activities.json', query: { nextPageToken: 'start', activityTypeIds: 1 }, pages: 2 },
      '{',
    ]),
  );
  return world.results;
}

describe('the JSON Schema of a result', () => {
  it('is made from the schema in the code', () => {
    expect(resultSchemaText(), 'run: npm run generate').toBe(file);
  });

  it('accepts what delivery tells, and a pointer to it', async () => {
    const results = await someResults();
    const object = { bucket: 'b', key: 'k', bytes: 9 };
    const pointer = { version: 1, relayId: 'a', operation: 'syncLeads', status: 'dead', object };
    const large = { ...results[0], reply: { httpStatus: 200, object } };

    expect(results).toHaveLength(5);
    for (const one of [...results, pointer, large]) expect(isValid(one), JSON.stringify(isValid.errors)).toBe(true);
  });

  it('refuses what no relay tells', async () => {
    const [first] = await someResults();

    for (const one of [{}, { ...first, version: 2 }, { ...first, status: 'done' }, { ...first, email: 'a@x.test' }]) {
      expect(isValid(one)).toBe(false);
    }
  });
});
