import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeServer, listenOnLoopback } from '../../lib/emulators/loopback.ts';
import { type Answer, cut, hang, json, type OddMarketo, raw, reset, startOddMarketo, text } from './odd-marketo.ts';
import { type RelayUnderTest, startRelayUnderTest } from './relay-under-test.ts';
import { duplicate, type Request, upsert } from './requests.ts';

let relayUnderTest: RelayUnderTest;
let marketo: OddMarketo;
let elsewhere: Server;
let elsewhereUrl: string;
let requestsElsewhere = 0;
beforeAll(async () => {
  [relayUnderTest, marketo] = await Promise.all([startRelayUnderTest(), startOddMarketo()]);
  elsewhere = createServer((_request, response) => {
    requestsElsewhere += 1;
    response.end(JSON.stringify({ success: true, result: [{ id: 1, status: 'created' }] }));
  });
  elsewhereUrl = await listenOnLoopback(elsewhere);
});
afterAll(() => Promise.all([relayUnderTest.stop(), marketo.stop(), closeServer(elsewhere)]));
beforeEach(async () => {
  await relayUnderTest.reset();
  marketo.answerIdentityWith(undefined);
  relayUnderTest.renew({ MARKETO_BASE_URL: marketo.url });
  requestsElsewhere = 0;
});

/**
 * `again`: back on the queue after so many seconds. `ambiguous`: the same, after Marketo must be done with it, and a
 * letter with `outcomeUnknown` for what may not be repeated. Otherwise the code of its letter, or `done`.
 */
type Fate = { readonly again: readonly [number, number]; readonly code: string; readonly ambiguous?: true } | string;

/** The server timeout of Sync Leads, in which Marketo may still be busy with the call; and a margin. */
const BUSY_SECONDS = [90, 101] as const;
const ambiguous = (code: string): Fate => ({ again: BUSY_SECONDS, code, ambiguous: true });
const soon = (code: string): Fate => ({ again: [5, 7], code });
/** A whole reply that tells nothing: Marketo is done with the call, but with what? */
const senseless: Fate = { again: [5, 7], code: 'unreadableReply', ambiguous: true };

const RESULT = { requestId: 'a#1', success: true, result: [{ id: 7, status: 'created' }] };
const PAGE = '<html><body>Bad gateway</body></html>';
const HTML = { 'Content-Type': 'text/html' };
const moved = (status: number): Answer => {
  return (response, request) => text('', status, { Location: `${elsewhereUrl}${request.url}` })(response, request);
};
const failure = (code: unknown) => json({ success: false, errors: [{ code, message: 'no' }] });
const skipped = (code: unknown) =>
  json({ ...RESULT, result: [{ status: 'skipped', reasons: [{ code, message: 'x' }] }] });
const HUGE = `{"success":true,"result":[{"id":1,"status":"created","filler":"${'x'.repeat(21 * 1_048_576)}"}]}`;

const CASES: readonly (readonly [string, Answer, Fate])[] = [
  ['a page of HTML', text(PAGE, 200, HTML), ambiguous('unreadableReply')],
  ['a page of HTML with 502', text(PAGE, 502, HTML), ambiguous('502')],
  ['nothing', text(''), ambiguous('unreadableReply')],
  ['no content, 204', (response) => response.writeHead(204).end(), ambiguous('unreadableReply')],
  ['half a JSON', text('{"success":true,"res'), ambiguous('unreadableReply')],
  ['a JSON that is cut off', cut(JSON.stringify(RESULT), 30), ambiguous('unreadableReply')],
  [
    'lists in lists, deeper than a stack can walk',
    text(`{"success":true,"result":[{"id":7,"status":"created"}],"extra":${'['.repeat(5_000)}${']'.repeat(5_000)}}`),
    ambiguous('unreadableReply'),
  ],
  ['a list', json([RESULT]), ambiguous('unreadableReply')],
  ['a number', text('42'), ambiguous('unreadableReply')],
  ['null', text('null'), ambiguous('unreadableReply')],
  ['an object without a verdict', json({ hello: 'there' }), ambiguous('unreadableReply')],
  ['nesting without end', text('['.repeat(200_000)), ambiguous('unreadableReply')],
  ['bytes that are no HTTP', raw('SSH-2.0-OpenSSH_9.6\r\n'), ambiguous('noReply')],
  ['a reset connection', reset, ambiguous('noReply')],
  ['success: false without an error', json({ success: false }), senseless],
  ['no result', json({ success: true }), senseless],
  ['too few results', json({ ...RESULT, result: [] }), senseless],
  ['too many results', json({ ...RESULT, result: [...RESULT.result, ...RESULT.result] }), senseless],
  ['an error code as a number', failure(606), { again: [20, 30], code: '606' }],
  ['an error code with blanks', failure(' 713 '), soon('713')],
  ['one error in place of a list', json({ success: false, errors: { code: 610, message: 'no' } }), '610'],
  ['errors with success: true', json({ success: true, errors: [{ code: '610', message: 'no' }] }), '610'],
  ['success as a text', json({ ...RESULT, success: 'true' }), 'done'],
  ['warnings beside the result', json({ ...RESULT, warnings: ['deprecated'] }), 'done'],
  ['a reason code as a number', skipped(1006), '1006'],
  ['a whole reply with status 500', json(RESULT, 500), 'done'],
  ...[301, 302, 303, 307, 308].map(
    (status) => [`${status} to another host`, moved(status), soon('redirected')] as const,
  ),
];

async function deliverOne(request: Request, answer: Answer, remainingMs?: number) {
  marketo.answerWith(answer);
  await relayUnderTest.desk.publish(JSON.stringify({ ...request, id: 'the-one' }));
  const { failedIds } = await relayUnderTest.deliver(remainingMs);
  expect(failedIds).toEqual([]);
  const [copies, letters] = await Promise.all([relayUnderTest.desk.copies(), relayUnderTest.desk.letters()]);
  return { copies, failures: letters.map(({ letter }) => letter.failure), calls: marketo.calls() };
}

describe('a message to whose call Marketo answers', () => {
  // Not among the others: its letter would be larger than the embedded S3 takes in one piece.
  const huge = ['a reply of 21 MB', text(HUGE), ambiguous('unreadableReply')] as const;
  it.each([...CASES, huge])('%s gets a verdict', async (_title, answer, fate) => {
    const { copies, failures, calls } = await deliverOne(upsert('odd@example.com'), answer);

    expect(calls).toHaveLength(1);
    expect(requestsElsewhere).toBe(0);
    if (typeof fate === 'string') {
      expect(copies).toEqual([]);
      expect(failures.map(({ code }) => code)).toEqual(fate === 'done' ? [] : [fate]);
      return;
    }
    const [least, most] = fate.again;
    expect(failures).toEqual([]);
    expect(copies).toMatchObject([{ relay: { id: 'the-one', lastCode: fate.code } }]);
    expect(copies[0]?.delaySeconds).toBeGreaterThanOrEqual(least);
    expect(copies[0]?.delaySeconds).toBeLessThanOrEqual(most);
    expect((copies[0]?.visibleAtMs ?? 0) - (calls[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(least * 1_000);
  });

  it('nothing at all, for as long as it may take, is waited for and then tried again', async () => {
    // A function that has 17 s left gives its calls 2 s.
    const { copies, calls } = await deliverOne(upsert('odd@example.com'), hang, 17_000);

    expect(copies).toMatchObject([{ relay: { attempt: 0, lastCode: 'noReply' } }]);
    // Marketo may be busy with the call for 90 s from when it was sent.
    expect((copies[0]?.visibleAtMs ?? 0) - (calls[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(BUSY_SECONDS[0] * 1_000);
    expect(copies[0]?.delaySeconds).toBeLessThanOrEqual(BUSY_SECONDS[1]);
  });

  it('nothing, because nobody listens there any more, is tried again soon, whatever it is', async () => {
    const closing = await startOddMarketo();
    closing.answerWith(json(RESULT));
    relayUnderTest.renew({ MARKETO_BASE_URL: closing.url });
    await deliverOne(upsert('before@example.com'), hang);
    await closing.stop();

    // No byte of it was sent, so even this may be repeated.
    const { copies, failures } = await deliverOne(duplicate('odd@example.com'), hang);

    expect(closing.calls()).toHaveLength(1);
    expect(failures).toEqual([]);
    expect(copies).toMatchObject([{ relay: { attempt: 1, lastCode: 'noReply' } }]);
    expect(copies[0]?.delaySeconds).toBeLessThanOrEqual(7);
  });
});

describe('a message that may not be repeated, to whose call Marketo answers', () => {
  const repeated = CASES.filter(([, , fate]) => typeof fate === 'object');
  it.each(repeated)('%s is repeated only where that is safe', async (_title, answer, fate) => {
    const { copies, failures } = await deliverOne(duplicate('odd@example.com'), answer);

    const isAmbiguous = typeof fate === 'object' && fate.ambiguous === true;
    expect(copies).toHaveLength(isAmbiguous ? 0 : 1);
    expect(failures).toMatchObject(
      isAmbiguous ? [{ code: 'outcomeUnknown', level: 'relay', outcomeUnknown: true, retriable: false }] : [],
    );
  });
});

describe('two messages that share a call whose results are not as many as its records', () => {
  it('are told apart by a call for each', async () => {
    marketo.answerWith((response, request) => {
      const isShared = marketo.calls().length === 1;
      json({ ...RESULT, result: isShared ? [] : RESULT.result })(response, request);
    });
    await relayUnderTest.desk.publish(...['a', 'b'].map((name) => JSON.stringify(upsert(`${name}@example.com`))));

    await relayUnderTest.deliver();

    expect(marketo.calls()).toHaveLength(3);
    expect(await relayUnderTest.desk.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(await relayUnderTest.desk.letters()).toEqual([]);
  });
});

describe('a message whose token is asked for at an identity that points to another host', () => {
  it('waits, and the credentials go nowhere else', async () => {
    marketo.answerIdentityWith(moved(307));

    const { copies, failures, calls } = await deliverOne(upsert('odd@example.com'), json(RESULT));

    expect([requestsElsewhere, calls.length, failures.length]).toEqual([0, 0, 0]);
    expect(copies).toMatchObject([{ relay: { attempt: 0, lastCode: 'noToken' } }]);
  });
});
