import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildDeadLetter } from '../../lib/dead-letter/build.ts';
import { serialise } from '../../lib/dead-letter/serialise.ts';
import { encodeRelayState, freshState } from '../../lib/message/relay-attribute.ts';
import { invalid, NOW_MS, read, recordOf, SYNC, validMessage } from '../delivery/intake/fixtures.ts';
import { runsOf } from '../support/runs-of.ts';
import { letterFor, putBack } from './fixtures.ts';

const THREE = { ...SYNC, id: 'order-7', body: { ...SYNC.body, input: [{ id: 0 }, { id: 1 }, { id: 2 }] } };
/** XML 1.0 without the characters beyond U+FFFF, which emulators of SQS refuse. */
const OUTSIDE_XML = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/;

describe('a dead letter', () => {
  it('tells the message, the request, the reply and the history', () => {
    const state = { ...freshState(recordOf(THREE), 'order-7'), attempts: 1, history: [{ atMs: NOW_MS, code: '713' }] };
    const attributes = { relay: encodeRelayState(state), source: { dataType: 'String', stringValue: 'crm' } };
    const letter = letterFor(read(THREE, { attributes }), {
      request: {
        method: 'POST',
        url: 'https://x.example/rest/v1/leads.json',
        headers: { accept: '*/*' },
        body: '{"a":1}',
      },
      reply: { kind: 'reply', status: 200, headers: { date: 'today' }, body: '{"success":false}', complete: true },
    });
    expect(letter).toMatchObject({
      deadLetter: 1,
      relayId: 'order-7',
      operation: 'syncLeads',
      failure: { code: 'attemptsExhausted', attempts: 1, retriable: true, outcomeUnknown: false },
      message: { body: THREE, attributes: { source: 'crm' } },
      request: { method: 'POST', body: { a: 1 } },
      response: { status: 200, headers: { date: 'today' }, body: { success: false } },
      history: ['2027-03-01T12:00:00.000Z 713'],
    });
    expect(letter.message.positions).toBeUndefined();
  });

  it('says why there is no reply', () => {
    const reply = { kind: 'noReply', reason: 'timeout', mayHaveExecuted: true, detail: 'after 100 s' } as const;
    expect(letterFor(read(SYNC), { reply }).response).toEqual({ none: 'timeout: after 100 s' });
  });

  it('holds a body as text where JSON would lose some of it', () => {
    const bodies = ['{"id":12345678901234567890}', '{"a":1,"a":2}', 'not JSON', '"text"', '7', '', '{"a":"\uFFFD"}'];
    for (const body of bodies) expect(letterFor(read(body)).message.body).toBe(body);
    expect(letterFor(read('{ "a": 1.0 }')).message.body).toEqual({ a: 1 });
  });

  it('holds only the rejected records, and where they were', () => {
    const letter = letterFor(read(THREE), { positions: new Set([2, 0]) });
    expect(letter.message).toMatchObject({
      body: { body: { action: 'createOrUpdate', input: [{ id: 0 }, { id: 2 }] } },
      positions: [0, 2],
    });
  });

  it('of a part of a part names the positions in the original', () => {
    const attributes = {
      relay: encodeRelayState({ ...freshState(recordOf(''), 'order-7'), positions: [10, 20, 30], part: 1 }),
    };
    expect(letterFor(read(THREE, { attributes }), { positions: new Set([30]) }).message).toMatchObject({
      body: { body: { input: [{ id: 2 }] } },
      positions: [30],
    });
    expect(letterFor(read(THREE, { attributes })).message).toMatchObject({ body: THREE, positions: [10, 20, 30] });
  });

  it('has no credentials of any header, in whatever case', () => {
    const headers = { Authorization: 'Bearer t', 'set-cookie': 's=1', COOKIE: 's=1', accept: '*/*' };
    const letter = letterFor(read(SYNC), {
      request: { method: 'GET', url: 'https://x.example/', headers },
      reply: { kind: 'reply', status: 200, headers, body: '', complete: true },
    });
    expect(letter.request?.headers).toEqual({ accept: '*/*' });
    expect(letter.response).toMatchObject({ headers: { accept: '*/*' } });
  });

  it('has only characters that SQS takes', () => {
    const odd = '😀\u0000\u0001\uD800\uFFFE\uFFFF\u007F';
    const letter = buildDeadLetter({
      ...{ message: validMessage(SYNC), failure: letterFor(read(SYNC)).failure },
      reply: { kind: 'reply', status: 200, headers: { x: odd }, body: odd, complete: false },
    });
    const text = serialise(letter);
    expect(text).not.toMatch(OUTSIDE_XML);
    expect(text.isWellFormed()).toBe(true);
    expect(JSON.parse(text)).toEqual(letter);
  });
});

describe('a dead letter that is put back', () => {
  it('is the original request again, under its relay id, with a fresh budget', () => {
    const state = {
      ...freshState(recordOf(''), 'order-7'),
      attempts: 9,
      lastCode: '713',
      history: [{ atMs: 1, code: '713' }],
    };
    const attributes = {
      relay: encodeRelayState(state),
      count: { dataType: 'Number', stringValue: '7' },
      code: { dataType: 'String', stringValue: 'of the publisher' },
      blob: { dataType: 'Binary.png', binaryValue: 'AAEC' },
    };
    const original = validMessage({ ...THREE, id: undefined }, { attributes });
    const again = putBack(letterFor({ kind: 'message', message: original }));
    expect(again.kind === 'message' && again.message).toMatchObject({
      request: original.request,
      originalBody: original.originalBody,
      state: { relayId: 'order-7', attempts: 0, history: [], part: 0, firstSeenMs: NOW_MS - 5_000 },
    });
    const { relay: _, ...own } = attributes;
    expect(again.kind === 'message' && again.message.received.attributes).toEqual(own);
  });

  it('keeps the positions of its records', () => {
    const again = putBack(letterFor(read(THREE), { positions: new Set([2]) }));
    expect(again.kind === 'message' && again.message.records).toMatchObject([{ position: 2, value: { id: 2 } }]);
    expect(again.kind === 'message' && again.message.state.positions).toEqual([2]);
  });

  it('takes the new id that somebody wrote into it', () => {
    const letter = letterFor(read(THREE));
    const edited = { ...letter, message: { ...letter.message, body: { ...THREE, id: 'order-7-again' } } };
    expect(putBack(edited)).toMatchObject({ kind: 'message', message: { state: { relayId: 'order-7-again' } } });
  });

  it.each([
    'not JSON',
    '{"path":1}',
    '{"id":12345678901234567890}',
    '{"a":1,"a":2}',
    '{"path":"/rest/v1/a\uFFFD"}',
    '',
    '[]',
    '7',
    '{"deadLetter":1}',
    '{"deadLetter":1,"message":{}}',
  ])('is invalid again, and no larger, when %s was invalid', (body) => {
    const first = invalid(body);
    const letter = letterFor(first);
    const second = putBack(letter);
    const third = second.kind === 'invalid' ? putBack(letterFor(second)) : second;
    expect(second).toMatchObject({ kind: 'invalid', originalBody: body, problems: first.problems });
    expect(third).toMatchObject({ kind: 'invalid', originalBody: body, problems: first.problems });
  });

  it('is opened through a few letters, but not without end, and does not grow', () => {
    const wrap = (body: unknown) => JSON.stringify({ deadLetter: 1, relayId: 'outer', message: { body } });
    const nest = (levels: number) =>
      Array.from({ length: levels }).reduce<string>((body) => wrap(body), JSON.stringify(SYNC));
    expect(read(nest(4))).toMatchObject({ kind: 'message', message: { originalBody: JSON.stringify(SYNC) } });
    const tooDeep = invalid(nest(6));
    expect(tooDeep.problems[0]?.expected).toContain('at most 4 dead letters');
    expect(tooDeep.originalBody.length).toBeLessThan(nest(3).length);
  });

  it('is refused when an edit brought in what JSON would change', () => {
    const text = serialise(letterFor(read(THREE))).replace('"id": 2', '"id": 12345678901234567890');
    const { problems } = invalid(text);
    expect(problems[0]).toMatchObject({ path: 'body.input[2].id', expected: expect.stringContaining('holds exactly') });
  });

  it('points to its whole when its message was cut out of it', () => {
    const letter = letterFor(read(THREE));
    const cut = {
      ...letter,
      overflow: { bucket: 'b', key: 'dead-letters/x/y.json', cut: ['response.body', 'message.body'] },
    };
    expect(putBack(cut)).toMatchObject({
      kind: 'overflowed',
      pointer: { bucket: 'b', key: 'dead-letters/x/y.json' },
      state: { relayId: 'order-7' },
    });
    expect(putBack({ ...cut, overflow: { ...cut.overflow, cut: ['response.body'] } }).kind).toBe('message');
    expect(putBack({ ...cut, overflow: { ...cut.overflow, key: '../secrets' } }).kind).toBe('message');
  });

  it('is the same message, for every message', () => {
    const input = fc.array(fc.dictionary(fc.string({ unit: 'binary', maxLength: 8 }), fc.jsonValue({ maxDepth: 3 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(input, (records) => {
        const intake = read({ ...SYNC, body: { input: records } });
        const again = putBack(letterFor(intake));
        expect(again.kind).toBe(intake.kind);
        if (intake.kind === 'message' && again.kind === 'message') {
          expect(again.message.request).toEqual(intake.message.request);
          expect(again.message.state.relayId).toBe(intake.message.state.relayId);
        }
      }),
      { numRuns: runsOf(300), seed: 5 },
    );
  });
});
