import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../lib/dead-letter/types.ts';
import type { HttpReply } from '../../lib/marketo/http.ts';
import type { Json, JsonObject } from '../../lib/marketo/request.ts';
import { runsOf } from '../support/runs-of.ts';
import { createMemorySendOnce, done, failed, LOST, leads, page, type SentCall, skipped, World } from './harness.ts';

/** What Marketo says of a record, time after time; `taken` in the end. */
type Fate = readonly ('passing' | 'rejected')[];

const MAX_PASSING = 4;
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 2, arbitrary: fc.nat({ max: MAX_PASSING }).map((times) => Array<'passing'>(times).fill('passing')) },
  {
    weight: 2,
    arbitrary: fc.nat({ max: 2 }).map((times) => [...Array<'passing'>(times).fill('passing'), 'rejected' as const]),
  },
);
const plans = fc.array(
  fc.oneof(
    { weight: 60, arbitrary: fc.array(fate, { minLength: 1, maxLength: 8 }) },
    { weight: 1, arbitrary: fc.array(fate, { minLength: 301, maxLength: 340, size: 'max' }) },
  ),
  { minLength: 1, maxLength: 6 },
);

const nameOf = (message: number, record: number): string => `${message}-${record}@x.test`;

/** A Marketo that gives each record its fate, and remembers what it has taken. */
function createMarketo(fates: readonly (readonly Fate[])[], faults: ReadonlyMap<number, HttpReply> = new Map()) {
  const seen = new Map<string, number>();
  const taken = new Map<string, number>();
  const tell = (record: JsonObject, nameIn: (one: JsonObject) => string): Json => {
    const name = nameIn(record);
    const [message = 0, position = 0] = name.split(/[-@]/).map(Number);
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    const word = fates[message]?.[position]?.[times];
    if (word === 'passing') return skipped('1016', 'Too many imports');
    if (word === 'rejected') return skipped('1003', `no good: ${name}`);
    taken.set(name, (taken.get(name) ?? 0) + 1);
    return { id: 7, status: 'created' };
  };
  const script = (call: SentCall): HttpReply =>
    faults.get(call.index) ?? done(call.input, (record) => tell(record, (one) => String(one.email)));
  return { script, taken };
}

function rejectedIn(letters: readonly DeadLetter[]): readonly string[] {
  return letters.flatMap((letter) => {
    const { body, positions } = letter.message;
    const { input } = (body as { body: { input: readonly { email: string }[] } }).body;
    const names = input.map(({ email }) => email);
    // The positions are those of the original, whatever was delivered in between.
    const message = Number(names[0]?.split('-')[0]);
    const claimed = positions ?? names.map((_, index) => index);
    expect(names).toEqual(claimed.map((position) => nameOf(message, position)));
    return names;
  });
}

function namesWith(fates: readonly (readonly Fate[])[], isRejected: boolean): readonly string[] {
  return fates.flatMap((records, message) =>
    records.flatMap((one, record) => (one.includes('rejected') === isRejected ? [nameOf(message, record)] : [])),
  );
}

const bodiesOf = (fates: readonly (readonly Fate[])[]): readonly object[] =>
  fates.map((records, message) => ({
    id: `id-${message}`,
    ...leads(...records.map((_, record) => nameOf(message, record))),
  }));

describe('a message of which only some records are taken', () => {
  it('ends with every record delivered once or in one letter, over as many rounds as it takes', async () => {
    const faults = fc.array(
      fc.tuple(fc.nat({ max: 8 }), fc.constantFrom(page(502), failed('606'), failed('713'), LOST)),
      {
        maxLength: 3,
      },
    );
    await fc.assert(
      fc.asyncProperty(plans, faults, async (fates, list) => {
        const marketo = createMarketo(fates, new Map(list));
        const latencyMs = (index: number): number => ((index * 7) % 5) * 900;
        const world = new World({ script: marketo.script, retryMaxAttempts: 20, latencyMs });
        await world.deliverAll(world.messages(bodiesOf(fates)), undefined, ({ unsettled, copies }) => {
          expect(unsettled.size).toBe(0);
          for (const copy of copies) {
            const relay = JSON.parse(copy.attributes.relay?.stringValue ?? '{}');
            const { input } = JSON.parse(copy.body).body;
            expect(relay.id).toBe(`id-${input[0].email.split('-')[0]}`);
          }
        });
        expect([...marketo.taken.keys()].sort()).toEqual([...namesWith(fates, false)].sort());
        expect([...marketo.taken.values()].every((times) => times === 1)).toBe(true);
        expect([...rejectedIn(world.letters)].sort()).toEqual([...namesWith(fates, true)].sort());
        for (const { failure } of world.letters) expect(failure.code).toBe('1003');
      }),
      { numRuns: runsOf(1_000), seed: 4 },
    );
  });

  it('is split over calls when it has more than one holds, and put together again in its outcome', async () => {
    const fates = Array.from({ length: 700 }, (_, index): Fate => {
      if (index % 100 === 99) return ['rejected'];
      return index % 100 === 50 ? ['passing'] : [];
    });
    const marketo = createMarketo([fates]);
    const world = new World({ script: marketo.script });
    const { calls, letters, copies } = await world.deliver(world.messages(bodiesOf([fates])));
    expect(calls.map((call) => call.input.length)).toEqual([300, 300, 100]);
    expect(letters.map((letter) => letter.message.positions)).toEqual([[99, 199, 299, 399, 499, 599, 699]]);
    expect(letters[0]?.failure.details).toHaveLength(7);
    expect(copies.map((copy) => JSON.parse(copy.attributes.relay?.stringValue ?? '{}').positions)).toEqual([
      '50,150,250,350,450,550,650',
    ]);
    expect(marketo.taken.size).toBe(700 - 14);
  });

  it('keeps positions and records together when a later call answers first', async () => {
    const fates = Array.from({ length: 400 }, (): Fate => ['passing']);
    const marketo = createMarketo([[...fates.slice(0, 399), []]]);
    const world = new World({ script: marketo.script, latencyMs: (index) => (index === 0 ? 9_000 : 200) });
    await world.deliverAll(world.messages(bodiesOf([fates])));
    expect(world.letters).toEqual([]);
    expect([...marketo.taken.values()].every((times) => times === 1)).toBe(true);
    expect(marketo.taken.size).toBe(400);
  });

  it('gives up what never passes, and says so', async () => {
    const fates: Fate[] = [[], Array<'passing'>(50).fill('passing')];
    const world = new World({ script: createMarketo([fates]).script, retryMaxAttempts: 4 });
    await world.deliverAll(world.messages(bodiesOf([fates])));
    expect(world.letters).toHaveLength(1);
    expect(world.letters[0]).toMatchObject({
      relayId: 'id-0',
      failure: { code: 'attemptsExhausted', attempts: 4, retriable: true, outcomeUnknown: false },
      message: { positions: [1] },
    });
    expect(world.letters[0]?.history).toHaveLength(4);
    expect(world.letters[0]?.failure.message).toContain('1016');
  });

  it('does the same where an operation must not be repeated', async () => {
    const fates: readonly Fate[] = [[], ['passing', 'passing'], ['rejected'], ['passing']];
    const marketo = createMarketo([fates]);
    const byLead = (call: SentCall): HttpReply =>
      marketo.script({ ...call, input: call.input.map(({ leadId }) => ({ email: nameOf(0, Number(leadId)) })) });
    const sendOnce = createMemorySendOnce(() => world.time.nowMs);
    const world: World = new World({ script: byLead, sendOnce });
    const input = fates.map((_, leadId) => ({ leadId, activityTypeId: 1, primaryAttributeValue: 'x' }));
    await world.deliverAll(world.messages([{ path: '/rest/v1/activities/external.json', body: { input } }]));
    expect([...marketo.taken]).toEqual([0, 3, 1].map((record) => [nameOf(0, record), 1]));
    expect(world.letters.map((letter) => letter.message.positions)).toEqual([[2]]);
  });
});
