import { describe, expect, it } from 'vitest';
import { failed, type World } from '../harness.ts';
import { counts, lead, ScriptedFields } from './scripted-fields.ts';

const HOUR_MS = 3_600_000;

async function wait(world: World, ms: number): Promise<void> {
  await world.time.finish(world.time.sleep(ms));
}

/** A relay that knows `shoeSize`, which has then gone from Marketo. */
async function afterLoss(options = {}): Promise<{ marketo: ScriptedFields; world: World }> {
  const marketo = new ScriptedFields('firstName', 'shoeSize');
  const world = marketo.world(options);
  await world.deliver(world.messages([lead({ email: 'first@example.com' })]));
  await wait(world, 300_000);
  marketo.fields = marketo.fields.filter((name) => name !== 'shoeSize');
  return { marketo, world };
}

const withField = (email = 'a@example.com') => lead({ email, shoeSize: '42' });

describe('a field that has gone from Marketo', () => {
  it('is noticed by the refusal that contradicts the schema, and the message is held instead of dying', async () => {
    const { world } = await afterLoss();
    const { letters, copies, calls } = await world.deliver(world.messages([withField()]));
    expect(letters).toEqual([]);
    expect(counts(calls)).toEqual({ describes: 1, others: 1 });
    expect(copies.map(({ delaySeconds }) => delaySeconds)).toEqual([900]);
    expect(world.journal.at(-1)).toMatchObject({ outcome: 'requeued', code: 'schemaChange', attempts: 0 });
    expect(world.events).toContainEqual({ kind: 'schemaChanged', type: 'leads', fields: 1 });
  });

  it('is held without a call by whoever comes after, and the alarm is told as long as some are held', async () => {
    const { world } = await afterLoss();
    await world.deliver(world.messages([withField()]));
    world.events.length = 0;
    const { calls, copies } = await world.deliver(world.messages([withField('b@example.com')]));
    expect(counts(calls)).toEqual({ describes: 0, others: 0 });
    expect(copies).toHaveLength(1);
    expect(world.events).toContainEqual({ kind: 'schemaChanged', type: 'leads', fields: 0 });
  });

  it('and comes back: what was held is delivered by itself', async () => {
    const { marketo, world } = await afterLoss();
    const { copies } = await world.deliver(world.messages([withField()]));
    await wait(world, 900_000);
    marketo.fields.push('shoeSize');
    const { letters } = await world.deliver(copies.map((copy) => world.received(copy)));
    expect(letters).toEqual([]);
    expect(world.journal.at(-1)).toMatchObject({ outcome: 'delivered', attempts: 1 });
  });

  it('and stays away: after the time that is set, the letter says since when', async () => {
    const { world } = await afterLoss({ fields: { holdMs: 2 * HOUR_MS } });
    const startMs = world.time.nowMs;
    await world.deliverAll(world.messages([withField()]));
    const [letter] = world.letters;
    expect(letter?.failure.code).toBe('unknownField');
    expect(letter?.failure.message).toMatch(/It was gone by 2027-03-01T/);
    expect(world.time.nowMs - startMs).toBeGreaterThanOrEqual(2 * HOUR_MS);
    expect(world.time.nowMs - startMs).toBeLessThan(3 * HOUR_MS);
    expect(counts(world.calls).others).toBe(2);
  });

  it('is not stripped while it may come back', async () => {
    const { world } = await afterLoss({ fields: { unknownFields: 'strip' } });
    const { copies } = await world.deliver(world.messages([withField()]));
    expect(copies).toHaveLength(1);
    expect(world.journal.at(-1)).toMatchObject({ code: 'schemaChange' });
  });

  it('is held where Marketo refuses the whole call for it, and the others go', async () => {
    const { marketo, world } = await afterLoss();
    const schemas = world.deps.fields?.schemas;
    if (schemas === undefined) throw new Error('the world has no schemas');
    const whole = marketo.world({
      fields: { schemas },
      script: (call) => {
        const isBad = call.input.some((record) => 'shoeSize' in record);
        return isBad ? failed('1006', "Field 'shoeSize' not found") : marketo.script(call);
      },
    });
    await whole.time.finish(whole.time.sleep(400_000));
    const messages = whole.messages([
      ...Array.from({ length: 20 }, (_, index) => lead({ email: `p${index}@example.com` })),
      withField(),
    ]);
    const { calls, copies, letters } = await whole.deliver(messages);
    expect(letters).toEqual([]);
    expect(copies).toHaveLength(1);
    expect(counts(calls)).toEqual({ describes: 1, others: 2 });
  });

  it('waits for the next Describe where the last one was too short ago to know', async () => {
    const { marketo, world } = await afterLoss();
    marketo.fields.push('shoeSize');
    // A look in vain, so that the next one is two minutes away.
    await world.deliver(world.messages([lead({ email: 'x@example.com', hat: '1' })]));
    await wait(world, 70_000);
    marketo.fields.pop();
    world.letters.length = 0;
    const { calls, copies } = await world.deliver(world.messages([withField()]));
    expect(counts(calls)).toEqual({ describes: 0, others: 1 });
    expect(world.journal.at(-1)).toMatchObject({ outcome: 'requeued', code: 'fieldLookup' });
    await wait(world, 60_000);
    await world.deliver(copies.map((copy) => world.received(copy)));
    expect(world.journal.at(-1)).toMatchObject({ outcome: 'requeued', code: 'schemaChange' });
    expect(world.letters).toEqual([]);
  });

  it('sends as ever with unknownFields send', async () => {
    const { world } = await afterLoss({ fields: { unknownFields: 'send' } });
    const { letters } = await world.deliver(world.messages([withField()]));
    expect(letters.map(({ failure }) => failure.code)).toEqual(['1006']);
  });
});
