import { describe, expect, it } from 'vitest';
import { decodeRelayState } from '../../lib/message/relay-attribute.ts';
import { done, failed, json, type SentCall, skipped, World } from './harness.ts';

const upsert = (...emails: string[]) => ({
  path: '/rest/v1/leads.json',
  body: { input: emails.map((email) => ({ email })) },
});
const created = ({ input }: SentCall) =>
  done(input, ({ email }) =>
    String(email).startsWith('bad') ? skipped('1003', `no good: ${email}`) : { id: 5, status: 'created' },
  );
const read = { path: '/rest/v1/activities.json', query: { nextPageToken: 'start', activityTypeIds: 1 } };

describe('the result of a message', () => {
  it('tells of each record, in order, with its correlation and without what the record holds', async () => {
    const world = new World({ script: created });

    await world.deliver(world.messages([{ ...upsert('a@x.test', 'bad@x.test'), id: 'one', correlation: 'order 7' }]));

    expect(world.results).toMatchObject([
      {
        version: 1,
        relayId: 'one',
        correlation: 'order 7',
        operation: 'syncLeads',
        status: 'partial',
        waiting: 0,
        attempts: 1,
        records: [
          { position: 0, outcome: 'delivered', code: 'ok', id: '5', status: 'created' },
          { position: 1, outcome: 'dead', code: '1003', status: 'skipped' },
        ],
        failure: { code: '1003', outcomeUnknown: false },
      },
    ]);
    expect(JSON.stringify(world.results)).not.toContain('x.test');
  });

  it('is "delivered" for all, "dead" for none, and says what still waits', async () => {
    const world = new World({
      script: ({ input }) =>
        done(input, ({ email }) =>
          email === 'later@x.test' ? skipped('1016', 'Too many imports') : { id: 5, status: 'updated' },
        ),
    });

    const { copies } = await world.deliver(
      world.messages([upsert('a@x.test'), upsert('b@x.test', 'later@x.test'), '{']),
    );

    expect(world.results.map(({ status, waiting, operation }) => ({ status, waiting, operation }))).toEqual([
      { status: 'delivered', waiting: 0, operation: 'syncLeads' },
      { status: 'partial', waiting: 1, operation: 'syncLeads' },
      { status: 'dead', waiting: 0, operation: 'unknown' },
    ]);
    expect(copies).toHaveLength(1);
  });

  it('repeats the request, and the words of Marketo, where that is asked for', async () => {
    const world = new World({ script: created });
    const message = { ...upsert('bad@x.test'), results: { request: true } };

    await world.deliver(world.messages([message]));

    expect(world.results).toMatchObject([{ request: message, failure: { message: 'no good: bad@x.test' } }]);
  });

  it.each([
    ['a message that wants none', { ...upsert('a@x.test'), results: false }],
    ['an invalid one that wants none', { path: '/nowhere', results: false }],
  ])('is not told of %s', async (_, body) => {
    const world = new World({ script: created });

    await world.deliver(world.messages([body]));

    expect(world.results).toEqual([]);
  });

  it('is told before the retry message and the acknowledgement, and again when it could not be told', async () => {
    const world = new World({ script: created });
    world.accepts = (what) => what !== 'result';
    const received = world.messages([upsert('a@x.test')]);

    const { unsettled } = await world.deliver(received);
    world.accepts = () => true;
    await world.deliver(received);

    expect(unsettled.size).toBe(1);
    expect(world.results).toMatchObject([{ status: 'delivered' }]);
  });

  it('names what Marketo made of a message that stands or falls as a whole', async () => {
    const world = new World({
      script: () => json({ success: true, requestId: 'r#1', result: [{ id: 8, status: 'created' }] }),
    });

    await world.deliver(
      world.messages([
        { path: '/rest/v1/leads/push.json', body: { programName: 'p', input: [{ email: 'a@x.test' }] } },
      ]),
    );

    expect(world.results).toMatchObject([
      { status: 'delivered', requestId: 'r#1', objects: [{ id: '8', status: 'created' }] },
    ]);
  });
});

describe('a read', () => {
  it('gets the reply as Marketo wrote it', async () => {
    const body = { success: true, requestId: 'r#1', result: [{ id: 1, email: 'a@x.test' }] };
    const world = new World({ script: () => json(body) });

    await world.deliver(world.messages([{ path: '/rest/v1/lead/1.json', correlation: 'c' }]));

    expect(world.results).toHaveLength(1);
    expect(world.results).toMatchObject([
      {
        status: 'delivered',
        operation: 'getLeadById',
        correlation: 'c',
        reply: { httpStatus: 200, body: JSON.stringify(body) },
      },
    ]);
    expect(world.results[0]).not.toHaveProperty('page');
  });

  it('is refused before a call is spent where its reply would be thrown away', async () => {
    const world = new World({ script: created });
    await world.deliver(world.messages([{ path: '/rest/v1/lead/1.json', results: false }]));
    const deps = { ...world.deps, results: undefined };
    Object.assign(world, { deps });
    await world.deliver(
      world.messages([
        { path: '/rest/v1/lead/1.json' },
        { path: '/rest/v1/leads.json', query: { _method: 'GET' }, form: { filterType: 'id', filterValues: '1' } },
        { ...upsert('a@x.test'), results: true },
      ]),
    );

    expect(world.calls).toEqual([]);
    expect(world.letters.map(({ failure }) => failure.message)).toEqual([
      expect.stringMatching(/results: .*true, or nothing: a read spends a call.*got false/),
      expect.stringMatching(/method: .*no read: .*its reply would be thrown away.*deploy it with `results`/),
      expect.stringMatching(/no read/),
      expect.stringMatching(/results: .*sends no results/),
    ]);
  });

  it('follows as many pages as asked for, a call and a result each', async () => {
    const tokens: (string | null)[] = [];
    const world = new World({
      script: ({ request, index }) => {
        tokens.push(new URL(request.url).searchParams.get('nextPageToken'));
        return json({
          success: true,
          result: [{ id: index }],
          nextPageToken: `page-${index + 2}`,
          moreResult: index < 9,
        });
      },
    });

    await world.deliver(world.messages([{ ...read, pages: 3 }]));

    expect(tokens).toEqual(['start', 'page-2', 'page-3']);
    expect(world.results.map(({ page }) => page)).toEqual([
      { number: 1, more: true },
      { number: 2, more: true },
      { number: 3, more: false },
    ]);
    expect(world.journal).toMatchObject([{ outcome: 'delivered' }]);
  });

  it('ends with the last page, whatever token comes with it', async () => {
    const world = new World({
      script: () => json({ success: true, result: [], nextPageToken: 'later', moreResult: false }),
    });

    await world.deliver(world.messages([{ ...read, pages: 50 }]));

    expect(world.calls).toHaveLength(1);
    expect(world.results).toMatchObject([{ page: { number: 1, more: false } }]);
  });

  it('goes on with its page after a failure, also in another invocation', async () => {
    const world = new World({
      script: ({ index }) => {
        if (index === 1) return failed('611', 'System error');
        return json({ success: true, result: [], nextPageToken: `after-${index}`, moreResult: true });
      },
    });
    const first = await world.deliver(world.messages([{ ...read, pages: 2 }]));
    const [copy] = first.copies;
    if (copy === undefined) throw new Error('a copy is expected');
    expect(decodeRelayState(copy.attributes, world.time.nowMs)?.page).toEqual({ number: 2, token: 'after-0' });

    const second = await world.deliver([world.received(copy)]);

    expect(second.calls.map(({ request }) => new URL(request.url).searchParams.get('nextPageToken'))).toEqual([
      'after-0',
    ]);
    expect(world.results.map(({ page }) => page?.number)).toEqual([1, 2]);
  });

  it.each([
    ['a text', (values: readonly string[]) => ({ query: { filterType: 'id', filterValues: values.join(',') } })],
    ['a list', (values: readonly string[]) => ({ query: { filterType: 'id', filterValues: values } })],
    [
      'a form',
      (values: readonly string[]) => ({
        method: 'POST',
        query: { _method: 'GET' },
        form: { filterType: 'id', filterValues: values.join(',') },
      }),
    ],
  ])('of more values than a call takes is made in parts, each a result: %s', async (_, request) => {
    const values = Array.from({ length: 650 }, (__, index) => String(index));
    const asked: string[][] = [];
    const world = new World({
      script: ({ request: { url, body } }) => {
        const sent = new URLSearchParams(body ?? new URL(url).search);
        asked.push(sent.getAll('filterValues').flatMap((text) => text.split(',')));
        return json({ success: true, result: [], nextPageToken: 'more' });
      },
    });

    await world.deliver(world.messages([{ path: '/rest/v1/leads.json', ...request(values) }]));

    expect(asked.map((part) => part.length)).toEqual([300, 300, 50]);
    expect(asked.flat()).toEqual(values);
    expect(world.results.map(({ page }) => page)).toEqual([
      { number: 1, more: true },
      { number: 2, more: true },
      { number: 3, more: false },
    ]);
  });

  it('of many values goes on with its part in another invocation, and follows the pages of each part', async () => {
    const asked: string[] = [];
    const world = new World({
      script: ({ request: { url }, index }) => {
        const { searchParams } = new URL(url);
        asked.push(`${searchParams.get('filterValues')?.split(',')[0]} ${searchParams.get('nextPageToken')}`);
        if (index === 1) return failed('611', 'System error');
        return json({ success: true, result: [], ...(index % 2 === 0 && { nextPageToken: `t${index}` }) });
      },
    });
    const filterValues = Array.from({ length: 301 }, (_, index) => index).join(',');
    const query = { filterType: 'id', filterValues };
    const { copies } = await world.deliver(world.messages([{ path: '/rest/v1/leads.json', query, pages: 9 }]));

    await world.deliver(copies.map((copy) => world.received(copy)));

    expect(asked).toEqual(['0 null', '0 t0', '0 t0', '0 t2', '300 null', '300 t4']);
    expect(world.results.map(({ page }) => [page?.number, page?.more])).toEqual([
      [1, true],
      [2, true],
      [3, true],
      [4, true],
      [5, false],
    ]);
  });

  it('is read again when its reply could not be told', async () => {
    const world = new World({ script: () => json({ success: true, result: [] }) });
    world.accepts = (what) => what !== 'result';

    const { copies } = await world.deliver(world.messages([{ path: '/rest/v1/lead/1.json' }]));

    expect(world.results).toEqual([]);
    expect(world.events).toContainEqual(expect.objectContaining({ kind: 'returned', code: 'resultRefused' }));
    expect(copies).toHaveLength(1);
  });

  it.each([
    [{ ...upsert('a@x.test'), pages: 2 }, /pages: expected nothing: only a read has pages|only a read has pages/],
    [{ ...read, pages: 0 }, /a whole number from 1 to 1000/],
    [{ ...read, pages: 1.5 }, /a whole number from 1 to 1000/],
    [{ ...read, correlation: 'x'.repeat(257) }, /at most 256 characters/],
    [{ ...upsert('a@x.test'), results: 'yes' }, /true, false, or an object/],
  ])('names what is wrong with %j', async (body, problem) => {
    const world = new World({ script: created });

    await world.deliver(world.messages([body]));

    expect(world.calls).toEqual([]);
    expect(world.letters[0]?.failure.message).toMatch(problem);
  });
});
