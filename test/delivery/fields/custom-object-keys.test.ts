import { describe, expect, it } from 'vitest';
import { done, json, type SentCall, World } from '../harness.ts';
import { isDescribe } from './scripted-fields.ts';

const FIELDS = ['source', 'vin', 'marketoGUID'].map((name) => ({ name, dataType: 'string', updateable: true }));

function script(call: SentCall) {
  if (!isDescribe(call)) return done(call.input);
  return json({
    success: true,
    result: [{ name: 'car_c', dedupeFields: ['vin'], idField: 'marketoGUID', fields: FIELDS }],
  });
}

/** Cars that begin with a member which all of them share. */
function cars(from: number) {
  return [0, 1, 2].map((index) => ({
    path: '/rest/v1/customobjects/car_c.json',
    body: { input: [{ source: 'web', vin: `v${from + index}` }] },
  }));
}

async function callsAt(world: World, from: number): Promise<readonly number[]> {
  const { calls } = await world.deliver(world.messages(cars(from)));
  return calls.filter((call) => !isDescribe(call)).map(({ input }) => input.length);
}

describe.each(['letter', 'send'] as const)('records of a custom object, with unknownFields %s', (unknownFields) => {
  it('wait for each other by their first member until the dedupe fields are known for long enough, and never then', async () => {
    const world = new World({ script, fields: { unknownFields } });
    expect(await callsAt(world, 0)).toEqual([1, 1, 1]);
    await world.time.finish(world.time.sleep(60_000));
    // Known here; another worker may guess still, so both are keys.
    expect(await callsAt(world, 3)).toEqual([1, 1, 1]);
    await world.time.finish(world.time.sleep(900_000));
    expect(await callsAt(world, 6)).toEqual([3]);
    expect(world.journal.at(-1)?.keys).toEqual(['customObject:car_c:vin:v8']);
  });
});
