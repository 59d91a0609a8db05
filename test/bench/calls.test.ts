import { afterEach, describe, expect, it } from 'vitest';
import { runDelivery } from '../../bench/calls/delivery.ts';
import { figuresOf } from '../../bench/calls/figures.ts';
import { FAULTS, MIXED_KINDS, publications } from '../../bench/calls/publications.ts';
import { type FakeMarketo, startFakeMarketo } from '../../lib/fake-marketo/server.ts';
import { seeded } from '../../lib/simulation/seeded.ts';

describe('the bench of calls', () => {
  let marketo: FakeMarketo | undefined;
  afterEach(() => marketo?.stop());

  it('finds every promise kept for a backlog of 3,000 single-lead messages', async () => {
    marketo = await startFakeMarketo({ rateLimitCalls: 1_000_000, dailyQuota: 1_000_000, faults: FAULTS });
    const published = publications({ messages: 3_000, bad: 15, kinds: MIXED_KINDS }, seeded(1));
    const bodies = published.map(({ body }) => body);
    const run = await runDelivery({ marketo, bodies, batchSize: 1_500, workers: 2, slots: 10 });
    const figures = figuresOf(published, run, marketo.database.leads);
    expect(figures.broken).toEqual([]);
    expect(figures).toMatchObject({ shared: { calls: 10, fewest: 10 }, bad: 15, delivered: 2_985, returned: 0 });
  });

  it('sees what is lost, doubled, wrongly dead, or called too often', async () => {
    marketo = await startFakeMarketo({ rateLimitCalls: 1_000_000, faults: FAULTS });
    const published = publications({ messages: 400, bad: 2, kinds: MIXED_KINDS }, seeded(1));
    const bodies = published.map(({ body }) => body);
    const run = await runDelivery({ marketo, bodies, batchSize: 400, workers: 1, slots: 10 });
    const { leads } = marketo.database;
    const [letter, ...others] = run.letters;
    const ghost = { ...published[0], email: 'never-sent@example.com', body: '' } as (typeof published)[number];
    expect(figuresOf([...published, ghost], run, leads).broken).toContain('never-sent@example.com was written 0 times');
    expect(figuresOf(published, { ...run, letters: others }, leads).broken).toHaveLength(1);
    expect(
      figuresOf(published, { ...run, letters: letter ? [letter, letter, ...others] : [] }, leads).broken,
    ).toHaveLength(2);
    const oneByOne = published.map(({ email }) => [email]);
    expect(figuresOf(published, { ...run, calls: oneByOne }, leads).shared).toEqual({
      calls: 400,
      fewest: 2,
      ratio: 200,
    });
  });
});
