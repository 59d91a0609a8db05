import { describe, expect, it } from 'vitest';
import { done, json, skipped, type World } from '../harness.ts';
import { counts, lead, leadFields, ScriptedFields } from './scripted-fields.ts';

const PEOPLE = 300;

async function wait(world: World, ms: number): Promise<void> {
  await world.time.finish(world.time.sleep(ms));
}

/** A relay that has delivered something before, and so knows the fields. */
async function knowing(marketo: ScriptedFields, options = {}): Promise<World> {
  const world = marketo.world(options);
  await world.deliver(world.messages([lead({ email: 'first@example.com' })]));
  await wait(world, 300_000);
  return world;
}

function storm(field: string, body = {}) {
  return Array.from({ length: PEOPLE }, (_, index) =>
    lead({ email: `p${index}@example.com`, [field]: `x${index}` }, body),
  );
}

describe('a record with a field that Marketo does not have', () => {
  it('is described after the first batch, by a call that nobody waits for', async () => {
    const marketo = new ScriptedFields('firstName');
    const world = marketo.world();
    const { calls } = await world.deliver(world.messages([lead({ email: 'a@example.com' })]));
    expect(counts(calls)).toEqual({ describes: 1, others: 1 });
    expect(calls[0]?.request.url).toMatch(/leads\.json$/);
  });

  it('becomes a dead letter before a call is spent, and names the nearest field', async () => {
    const world = await knowing(new ScriptedFields('favoriteColor'));
    const { calls, letters } = await world.deliver(
      world.messages([lead({ email: 'a@example.com', favouriteColour: 'red' })]),
    );
    expect(counts(calls)).toEqual({ describes: 1, others: 0 });
    expect(letters[0]?.failure).toMatchObject({
      code: 'unknownField',
      message: expect.stringContaining("Field 'favouriteColour' not found"),
      outcomeUnknown: false,
    });
    expect(letters[0]?.failure.message).toContain("Did you mean 'favoriteColor'?");
  });

  it('does not keep the other records of its message from being delivered', async () => {
    const world = await knowing(new ScriptedFields('firstName'));
    const input = [{ email: 'a@example.com' }, { email: 'b@example.com', frstName: 'B' }, { email: 'c@example.com' }];
    const { calls, letters } = await world.deliver(world.messages([{ path: '/rest/v1/leads.json', body: { input } }]));
    expect(counts(calls)).toEqual({ describes: 1, others: 1 });
    expect(calls.find(({ input: sent }) => sent.length > 0)?.input).toEqual([input[0], input[2]]);
    expect(letters.map(({ failure }) => failure.code)).toEqual(['unknownField']);
  });

  it('costs one Describe for 300 messages, and none a minute on', async () => {
    const world = await knowing(new ScriptedFields('firstName'));
    const first = await world.deliver(world.messages(storm('frstName')));
    expect(counts(first.calls)).toEqual({ describes: 1, others: 0 });
    expect(first.letters).toHaveLength(PEOPLE);
    await wait(world, 30_000);
    const second = await world.deliver(world.messages(storm('frstName')));
    expect(second.calls).toEqual([]);
    expect(second.letters).toHaveLength(PEOPLE);
  });

  it('costs two calls for 300 messages whose lookup field does not exist, where nothing was known', async () => {
    const world = new ScriptedFields('firstName').world();
    const { calls, letters } = await world.deliver(world.messages(storm('crmKey', { lookupField: 'crmKey' })));
    expect(counts(calls)).toEqual({ describes: 1, others: 1 });
    expect(letters).toHaveLength(PEOPLE);
    expect(new Set(letters.map(({ failure }) => failure.code))).toEqual(new Set(['unknownField']));
  });

  it('is delivered when somebody has created the field since the last Describe', async () => {
    const marketo = new ScriptedFields('firstName');
    const world = await knowing(marketo);
    marketo.fields.push('shoeSize');
    const { calls, letters } = await world.deliver(world.messages([lead({ email: 'a@example.com', shoeSize: '42' })]));
    expect(letters).toEqual([]);
    expect(counts(calls)).toEqual({ describes: 1, others: 1 });
  });

  it('waits on the queue, without an attempt, where Describe was asked a moment ago', async () => {
    const marketo = new ScriptedFields('firstName');
    const world = await knowing(marketo);
    await world.deliver(world.messages([lead({ email: 'a@example.com', frstName: 'A' })]));
    await wait(world, 61_000);
    marketo.fields.push('shoeSize');
    const { calls, copies } = await world.deliver(world.messages([lead({ email: 'a@example.com', shoeSize: '42' })]));
    expect(calls).toEqual([]);
    expect(copies).toHaveLength(1);
    expect(world.journal.at(-1)).toMatchObject({ outcome: 'requeued', code: 'fieldLookup', attempts: 0 });
    await world.deliverAll(copies.map((copy) => world.received(copy)));
    expect(world.journal.at(-1)).toMatchObject({ outcome: 'delivered' });
  });

  it('lets those without such a field go first, and keeps the order of its key', async () => {
    const marketo = new ScriptedFields('firstName', 'shoeSize');
    const world = await knowing(marketo);
    marketo.fields.push('hat');
    const messages = world.messages([
      lead({ email: 'a@example.com', hat: '1' }),
      lead({ email: 'a@example.com', firstName: 'later' }),
      lead({ email: 'b@example.com', firstName: 'other' }),
    ]);
    const { calls, letters } = await world.deliver(messages);
    const inputs = calls.filter(({ input }) => input.length > 0).flatMap(({ input }) => input);
    expect(letters).toEqual([]);
    expect(inputs.filter(({ email }) => email === 'a@example.com')).toEqual([
      { email: 'a@example.com', hat: '1' },
      { email: 'a@example.com', firstName: 'later' },
    ]);
    expect(inputs[0]).toEqual({ email: 'b@example.com', firstName: 'other' });
  });
});

describe('never stricter than Marketo', () => {
  it('a name in another case is left to Marketo', async () => {
    const world = await knowing(new ScriptedFields('firstName'));
    const { calls } = await world.deliver(world.messages([lead({ email: 'a@example.com', FirstName: 'A' })]));
    expect(counts(calls)).toEqual({ describes: 0, others: 1 });
  });

  it.each(['id', 'externalCompanyId', 'leadPartitionId', 'sfdcLeadId', 'cookies'])('and so is %s', async (name) => {
    const world = await knowing(new ScriptedFields('firstName'));
    const { calls } = await world.deliver(world.messages([lead({ email: 'a@example.com', [name]: '1' })]));
    expect(counts(calls).others).toBe(1);
  });

  it.each([
    [
      '603',
      (): ReturnType<ScriptedFields['script']> =>
        json({ success: false, errors: [{ code: '603', message: 'Access denied' }] }),
    ],
    ['HTTP 500', () => json({}, 500)],
    ['no field at all', () => leadFields()],
    ['more pages', () => json({ success: true, moreResult: true, result: [{ rest: { name: 'email' } }] })],
  ])('a Describe that answers %s changes nothing', async (_, reply) => {
    const marketo = new ScriptedFields('firstName');
    marketo.describes = reply;
    const world = await knowing(marketo);
    const { letters, calls } = await world.deliver(
      world.messages([lead({ email: 'a@example.com', frstName: 'A' }), lead({ email: 'b@example.com' })]),
    );
    expect(counts(calls).others).toBe(1);
    expect(letters.map(({ failure }) => failure.code)).toEqual(['1006']);
  });

  it('a Describe that is not permitted is not asked again for a day', async () => {
    const marketo = new ScriptedFields('firstName');
    marketo.describes = () => json({ success: false, errors: [{ code: '603', message: 'Access denied' }] });
    const world = await knowing(marketo);
    for (let hour = 0; hour < 23; hour++) {
      await wait(world, 3_600_000);
      await world.deliver(world.messages([lead({ email: `a${hour}@example.com`, frstName: 'A' })]));
    }
    expect(counts(world.calls).describes).toBe(1);
    await wait(world, 3_600_000);
    await world.deliver(world.messages([lead({ email: 'b@example.com' })]));
    expect(counts(world.calls).describes).toBe(2);
  });

  it('a table that does not answer changes nothing', async () => {
    const broken = {
      known: async () => new Map(),
      describe: async () => ({ state: undefined, change: { removed: [], returned: [] }, waitMs: 0 }),
    };
    const world = new ScriptedFields('firstName').world({ fields: { schemas: broken } });
    const { letters } = await world.deliver(world.messages([lead({ email: 'a@example.com', frstName: 'A' })]));
    expect(letters.map(({ failure }) => failure.code)).toEqual(['1006']);
  });

  it('the day that is spent makes no Describe', async () => {
    const marketo = new ScriptedFields('firstName');
    const world = marketo.world({ limits: { dayCalls: 1 } });
    await world.deliver(world.messages([lead({ email: 'a@example.com' })]));
    expect(counts(world.calls)).toEqual({ describes: 0, others: 1 });
  });
});

describe('unknownFields', () => {
  it('strip delivers without the field, and the outcome says so', async () => {
    const world = await knowing(new ScriptedFields('firstName'), { fields: { unknownFields: 'strip' } });
    const { letters, calls } = await world.deliver(
      world.messages([
        lead({ email: 'a@example.com', firstName: 'A', frstName: 'B' }),
        lead({ email: 'b@example.com' }),
      ]),
    );
    expect(letters).toEqual([]);
    expect(calls.flatMap(({ input }) => input)).toEqual(
      expect.arrayContaining([{ email: 'a@example.com', firstName: 'A' }, { email: 'b@example.com' }]),
    );
    expect(world.journal.find(({ stripped }) => stripped)).toMatchObject({
      outcome: 'delivered',
      stripped: ['frstName'],
    });
    expect(world.results.flatMap(({ records = [] }) => records).find(({ stripped }) => stripped)).toMatchObject({
      outcome: 'delivered',
      stripped: ['frstName'],
    });
  });

  it('strip keeps each record in its place when some go back to the queue', async () => {
    const marketo = new ScriptedFields('firstName');
    const world = await knowing(marketo, { fields: { unknownFields: 'strip' } });
    const { script } = marketo;
    let isBusy = true;
    const input = ['a', 'b', 'c', 'd'].map((name) => ({
      email: `${name}@example.com`,
      ...(name === 'c' && { frstName: 'C' }),
    }));
    const busy = marketo.world({
      fields: { unknownFields: 'strip', ...(world.deps.fields && { schemas: world.deps.fields.schemas }) },
      script: (call) => {
        if (call.input.length === 0) return script(call);
        return done(call.input, ({ email }) =>
          isBusy && email !== 'a@example.com' ? skipped('713') : { id: 1, status: 'updated' },
        );
      },
    });
    await wait(busy, 300_000);
    const { copies } = await busy.deliver(busy.messages([{ path: '/rest/v1/leads.json', body: { input } }]));
    expect(JSON.parse(copies[0]?.body ?? '{}').body.input).toEqual(input.slice(1));
    expect(JSON.parse(copies[0]?.attributes.relay?.stringValue ?? '{}').positions).toBe('1-3');
    isBusy = false;
    await busy.deliverAll(copies.map((copy) => busy.received(copy)));
    const ends = busy.journal
      .filter(({ outcome }) => outcome === 'delivered')
      .map(({ position, stripped }) => [position, stripped]);
    expect(ends).toEqual([
      [0, undefined],
      [1, undefined],
      [2, ['frstName']],
      [3, undefined],
    ]);
  });

  it('strip does not change how a lead is looked up', async () => {
    const world = await knowing(new ScriptedFields('firstName'), { fields: { unknownFields: 'strip' } });
    const { letters } = await world.deliver(
      world.messages([lead({ email: 'a@example.com', crmKey: '1' }, { lookupField: 'crmKey' })]),
    );
    expect(letters.map(({ failure }) => failure.code)).toEqual(['unknownField']);
  });

  it('send sends it, and asks for no fields', async () => {
    const world = await knowing(new ScriptedFields('firstName'), { fields: { unknownFields: 'send' } });
    const { letters } = await world.deliver(world.messages([lead({ email: 'a@example.com', frstName: 'A' })]));
    expect(letters.map(({ failure }) => failure.code)).toEqual(['1006']);
    expect(counts(world.calls).describes).toBe(0);
  });
});

describe('calls of Describe', () => {
  it('are made once an hour for a type in use', async () => {
    const marketo = new ScriptedFields('firstName');
    const world = marketo.world();
    for (let minute = 0; minute < 130; minute += 5) {
      await world.deliver(world.messages([lead({ email: `a${minute}@example.com` })]));
      await wait(world, 300_000);
    }
    expect(counts(world.calls).describes).toBe(3);
  });

  it('are bounded in a day that is all storm', async () => {
    const world = new ScriptedFields('firstName').world();
    for (let minute = 0; minute < 24 * 60; minute += 2) {
      await world.deliver(world.messages([lead({ email: `a${minute}@example.com`, frstName: 'A' })]));
      await wait(world, 120_000);
    }
    expect(counts(world.calls).describes).toBeLessThanOrEqual(300);
  }, 60_000);
});
