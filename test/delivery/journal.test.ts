import { describe, expect, it } from 'vitest';
import { deliverBatch } from '../../lib/delivery/deliver.ts';
import { done, failed, json, skipped, World } from './harness.ts';

const upsert = (...emails: string[]) => ({
  path: '/rest/v1/leads.json',
  body: { input: emails.map((email) => ({ email })) },
});

describe('what the journal is told', () => {
  it('has the id and the word of Marketo for each record of a shared call', async () => {
    const world = new World({
      script: ({ input }) =>
        done(input, ({ email }) =>
          email === 'bad@x.test' ? skipped('1003', 'no good') : { id: String(email).length, status: 'created' },
        ),
    });

    await world.deliver(
      world.messages([
        { ...upsert('a@x.test', 'bad@x.test'), id: 'one' },
        { ...upsert('longer@x.test'), id: 'two' },
      ]),
    );

    expect(world.journal).toMatchObject([
      {
        relayId: 'one',
        position: 0,
        operation: 'syncLeads',
        idempotent: true,
        outcome: 'delivered',
        code: 'ok',
        attempts: 1,
        objects: [{ id: '8', status: 'created' }],
        keys: ['lead:email:a@x.test'],
      },
      { relayId: 'one', position: 1, outcome: 'dead', code: '1003', attempts: 1, objects: [{ status: 'skipped' }] },
      { relayId: 'two', position: 0, outcome: 'delivered', objects: [{ id: '13', status: 'created' }] },
    ]);
    for (const { sentAtMs, settledAtMs, publishedAtMs } of world.journal) {
      expect(sentAtMs).toBeGreaterThanOrEqual(publishedAtMs);
      expect(settledAtMs).toBeGreaterThan(sentAtMs ?? Number.POSITIVE_INFINITY);
    }
  });

  it('has the objects of a message that stands or falls as a whole, and those of no read', async () => {
    const world = new World({
      script: ({ request }) =>
        json({ success: true, requestId: 'r#1', result: [{ id: request.method === 'GET' ? 1 : 2 }] }),
    });

    await world.deliver(
      world.messages([
        { path: '/rest/v1/lead/5.json' },
        { path: '/rest/v1/leads/push.json', body: { programName: 'p', input: [{ email: 'a@x.test' }] } },
      ]),
    );

    expect(world.journal.map(({ operation, objects, requestId }) => ({ operation, objects, requestId }))).toEqual([
      { operation: 'getLeadById', objects: undefined, requestId: 'r#1' },
      { operation: 'pushLeads', objects: [{ id: '2' }], requestId: 'r#1' },
    ]);
    expect(world.journal.every((entry) => !('position' in entry))).toBe(true);
  });

  it('follows a message over its retry messages', async () => {
    const world = new World({
      script: ({ input, index }) => (index === 0 ? failed('1016', 'Too many imports') : done(input)),
    });
    const first = await world.deliver(world.messages([{ ...upsert('a@x.test'), id: 'one' }]));
    await world.deliver(first.copies.map((copy) => world.received(copy)));

    expect(world.journal).toMatchObject([
      { relayId: 'one', outcome: 'requeued', code: '1016', attempts: 1 },
      { relayId: 'one', outcome: 'delivered', attempts: 2 },
    ]);
    expect(new Set(world.journal.map(({ publishedAtMs }) => publishedAtMs)).size).toBe(1);
  });

  it('says nothing of a message whose dead letter or retry message is refused', async () => {
    const world = new World({ script: ({ input }) => done(input, () => skipped('1003', 'no good')) });
    world.accepts = () => false;

    const { unsettled } = await world.deliver(world.messages([upsert('a@x.test'), '{']));

    expect(unsettled.size).toBe(2);
    expect(world.journal).toEqual([]);
  });

  it('is told before anything is acknowledged: a worker that ends between letter and journal loses nothing', async () => {
    const world = new World({ script: ({ input }) => done(input, () => skipped('1003', 'no good')) });
    const messages = world.messages([{ ...upsert('a@x.test'), id: 'one' }]);
    const ends = { write: () => Promise.reject(new Error('the worker ends')) };
    const endsMs = world.time.nowMs + 400_000;
    const first = world.time.finish(deliverBatch(messages, { ...world.deps, journal: ends }, endsMs));
    await expect(first).rejects.toThrow('the worker ends');
    expect(world.letters).toHaveLength(1);

    // Nothing was acknowledged, so SQS brings it again: a letter too many, and one entry.
    const { unsettled } = await world.deliver(messages);
    expect(unsettled.size).toBe(0);
    expect(world.letters).toHaveLength(2);
    expect(world.journal).toMatchObject([{ relayId: 'one', outcome: 'dead', code: '1003' }]);
  });

  it('says in which order the records of a message came, whatever became of them', async () => {
    const world = new World({
      script: ({ input }) =>
        done(input, ({ email }) =>
          email === 'good@x.test' ? { id: 1, status: 'created' } : skipped('1003', 'no good'),
        ),
    });
    await world.deliver(world.messages([upsert('bad@x.test', 'good@x.test', 'worse@x.test')]));

    expect(world.journal.map(({ position, outcome }) => [position, outcome])).toEqual([
      [0, 'dead'],
      [1, 'delivered'],
      [2, 'dead'],
    ]);
  });

  it('has an entry for what is no message', async () => {
    const world = new World({ script: ({ input }) => done(input) });

    await world.deliver(world.messages(['{']));

    expect(world.journal).toMatchObject([{ operation: 'unknown', outcome: 'dead', code: 'invalidMessage', keys: [] }]);
  });
});
