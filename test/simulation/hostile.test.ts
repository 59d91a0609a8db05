import { beforeAll, describe, expect, it } from 'vitest';
import { FuzzHarness, type FuzzOutcome, ORIGIN } from './fuzz/harness.ts';

const LEADS = '/rest/v1/leads.json';
const NONCE = 'nonce-hostile-';
const lead = (record: object) => ({
  path: LEADS,
  body: { input: [{ email: 'a@example.com', note: NONCE, ...record }] },
});

/** What a hostile message gets: a letter that says why, or a call in which what is hostile in it is mere data. */
interface Hostile {
  readonly title: string;
  readonly body: string;
  readonly letter?: string;
  /** In the call's URL or body. */
  readonly sent?: string;
}

function hostile(title: string, message: unknown, outcome: Pick<Hostile, 'letter' | 'sent'>): Hostile {
  return { title, body: typeof message === 'string' ? message : JSON.stringify(message), ...outcome };
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

const HOSTILE: readonly Hostile[] = [
  hostile('another host', { path: `https://evil.example${LEADS}` }, { letter: 'path' }),
  hostile('another host without a scheme', { path: `//evil.example${LEADS}` }, { letter: 'path' }),
  hostile('a host behind backslashes', { path: `/rest/v1/\\\\evil.example/leads.json` }, { letter: 'path' }),
  hostile('a user in the path', { path: '/rest/v1/@evil.example/leads.json' }, { letter: 'path' }),
  hostile('encoded traversal', { path: '/rest/v1/%2e%2e/%2e%2e/identity/oauth/token' }, { letter: 'path' }),
  hostile('traversal encoded twice', { path: '/rest/v1/%252e%252e/admin' }, { letter: 'path' }),
  hostile('an encoded line break', { path: '/rest/v1/leads%0d%0aX-Evil:1.json' }, { letter: 'path' }),
  hostile('the identity endpoint', { path: '/identity/oauth/token' }, { letter: 'path' }),
  hostile('a token of its own', { path: LEADS, query: { access_token: 'x' } }, { letter: 'query.access_token' }),
  hostile('a header', { ...lead({}), headers: { Authorization: 'Bearer x' } }, { letter: 'headers' }),
  hostile('a line break in a value', lead({ city: 'a\r\nX-Evil: 1' }), { sent: 'a\\r\\nX-Evil: 1' }),
  hostile(
    'a line break in the query',
    { path: LEADS, query: { filterType: `${NONCE}\r\nX-Evil: 1`, filterValues: '7' } },
    { sent: '%0D%0AX-Evil' },
  ),
  hostile('a line break in the id', { ...lead({}), id: 'a\r\nb' }, { letter: 'id' }),
  hostile('a number that no double holds', `{"path":"${LEADS}","query":{"id":12345678901234567890}}`, {
    letter: 'query.id',
  }),
  hostile('a number beyond all numbers', `{"path":"${LEADS}","query":{"id":1e999}}`, { letter: 'query.id' }),
  hostile('nesting without end', `{"path":"${LEADS}","body":{"input":[{"a":${nested(20_000)}}]}}`, {
    letter: '32 levels',
  }),
  hostile(
    'a prototype in a record',
    `{"path":"${LEADS}","body":{"input":[{"email":"a@example.com","note":"${NONCE}","__proto__":{"admin":true}}]}}`,
    {
      sent: '"__proto__":{"admin":true}',
    },
  ),
  hostile('a prototype in the message', `{"__proto__":{"path":"${LEADS}"}}`, { letter: 'path' }),
  hostile('a constructor in the message', { ...lead({}), constructor: {} }, { letter: 'constructor' }),
  hostile('control characters', lead({ city: '\u0000\u001f\u007f\u0085' }), { sent: '\\u0000\\u001f' }),
  hostile('half a surrogate pair', `{"path":"${LEADS}","body":{"input":[{"email":"\\ud800"}]}}`, {
    letter: 'body.input[0].email',
  }),
  hostile('lost bytes', `{"path":"${LEADS}","body":{"input":[{"email":"\ufffd"}]}}`, { letter: 'body.input[0].email' }),
  hostile('a member given twice', `{"path":"${LEADS}","path":"/rest/v1/lists.json"}`, { letter: 'path' }),
  hostile(
    'a letter from another bucket',
    '{"deadLetter":1,"message":{"body":{}},"overflow":{"bucket":"evil","key":"dead-letters/x","cut":["message.body"]}}',
    {
      letter: 'overflow',
    },
  ),
  hostile(
    'letters within letters',
    { deadLetter: 1, message: { body: { deadLetter: 1, message: { body: { path: '/evil' } } } } },
    { letter: 'path' },
  ),
];

describe.each(HOSTILE)('a message with $title', ({ body, letter, sent }) => {
  let outcome: FuzzOutcome;
  beforeAll(async () => {
    const record = {
      messageId: 'hostile',
      receiptHandle: 'hostile#1',
      body,
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1800000000000' },
      messageAttributes: { constructor: { dataType: 'String', stringValue: 'x' } },
    };
    const event = { Records: [record] } as unknown as Parameters<FuzzHarness['invoke']>[0];
    outcome = await new FuzzHarness(7).invoke(event);
  });

  if (letter === undefined) {
    it('is sent to Marketo and nowhere else, with all of it as data', () => {
      const texts = outcome.calls.map((call) => `${call.url} ${call.body ?? ''}`);

      expect(outcome.calls.length).toBeGreaterThan(0);
      expect(outcome.calls.map((call) => new URL(call.url).origin)).toEqual(outcome.calls.map(() => ORIGIN));
      expect(texts[0]).toContain(sent);
    });
  } else {
    it(`gets a letter about ${letter}, and no call`, () => {
      expect(outcome.calls).toEqual([]);
      expect(outcome.response).toEqual({ batchItemFailures: [] });
      expect(outcome.written).toContain('"code": "invalidMessage"');
      expect(outcome.written).toContain(letter);
    });
  }
});
