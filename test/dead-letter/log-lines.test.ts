import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toLoggedLetter } from '../../lib/dead-letter/log-lines.ts';
import type { DeadLetter } from '../../lib/dead-letter/types.ts';
import type { HttpReply } from '../../lib/marketo/http.ts';
import { joinLogParts } from '../../lib/telemetry/log-parts.ts';
import { read, SYNC } from '../delivery/intake/fixtures.ts';
import { letterFor } from './fixtures.ts';

const reply = (body: string): HttpReply => ({ kind: 'reply', status: 200, headers: {}, body, complete: true });
const request = (body: string) =>
  ({ method: 'POST', url: 'https://x.example/rest/v1/leads.json', headers: {}, body }) as const;
const bodyOf = (note: string) => ({ action: 'createOrUpdate', input: [{ email: 'ada@example.com', note }] });

/** A letter of a message that was sent as it is, alone. */
function sentAlone(note: string, answer = '{"success":false}'): DeadLetter {
  const body = bodyOf(note);
  return letterFor(read({ ...SYNC, id: 'order-7', body }), {
    request: request(JSON.stringify(body)),
    reply: reply(answer),
  });
}

/** Everything on all lines. */
const written = ({ letter, parts }: ReturnType<typeof toLoggedLetter>): string => JSON.stringify([letter, parts]);
const times = (text: string, of: string): number => of.split(text).length - 1;
const textOf = ({ parts }: ReturnType<typeof toLoggedLetter>, partOf: string): string =>
  joinLogParts(parts.filter((one) => one.partOf === partOf));

describe('a dead letter in the log', () => {
  it('is the letter as it is while that is short', () => {
    const letter = sentAlone('short');
    expect(toLoggedLetter(letter, 'x')).toEqual({ letter, parts: [], cut: [] });
  });

  it('has a body once when what was sent is what was published', () => {
    const logged = toLoggedLetter(sentAlone(`mark${'m'.repeat(90_000)}`), 'x');
    expect(times('mark', written(logged))).toBe(1);
    expect(logged.parts).toEqual([]);
    expect(logged.letter).toMatchObject({
      message: { body: { id: 'order-7', body: '[as in request.body]' } },
      request: { body: bodyOf(`mark${'m'.repeat(90_000)}`) },
    });
  });

  it('has both bodies when they differ', () => {
    const letter = letterFor(read({ ...SYNC, body: bodyOf('m'.repeat(2_000)) }), { request: request('{"other":1}') });
    expect(toLoggedLetter(letter, 'x').letter).toEqual(letter);
  });

  it.each([250_000, 970_000])('of %d bytes is whole in parts, each body once', (bytes) => {
    const note = `mark"\\\n\u0001é漢😀${'m'.repeat(bytes)}`;
    const answer = JSON.stringify({
      success: false,
      errors: [{ code: '1003', message: `answer${'r'.repeat(bytes)}` }],
    });
    const logged = toLoggedLetter(sentAlone(note, answer), 'x');
    expect(times('mark', written(logged))).toBe(1);
    expect(times('answer', written(logged))).toBe(1);
    expect(textOf(logged, 'request.body')).toBe(JSON.stringify(bodyOf(note)));
    expect(textOf(logged, 'response.body')).toBe(answer);
    expect(logged.cut).toEqual([]);
    const sha256 = createHash('sha256').update(answer).digest('hex');
    expect(logged.parts.filter(({ partOf }) => partOf === 'response.body').map((one) => one.sha256)).toContain(sha256);
    expect(logged.letter).toMatchObject({
      request: { body: expect.stringMatching(/^\[\d+ bytes in \d+ log parts: sha256 [0-9a-f]{64}\]$/) },
      response: { status: 200, body: expect.stringContaining(sha256) },
    });
  });

  it('fits whatever else in it is long', () => {
    const letter = sentAlone('short');
    const large = '\u0000ä'.repeat(200_000);
    const details = Array.from({ length: 1_000 }, (_, position) => ({
      position,
      code: '1003',
      message: 'x'.repeat(500),
    }));
    const letters: readonly [string, DeadLetter, string][] = [
      [
        'message.attributes',
        { ...letter, message: { ...letter.message, attributes: { a: large } } },
        JSON.stringify({ a: large }),
      ],
      ['failure.details', { ...letter, failure: { ...letter.failure, details } }, JSON.stringify(details)],
      ['failure.message', { ...letter, failure: { ...letter.failure, message: large } }, large],
      [
        'request.url',
        { ...letter, request: { method: 'GET', url: `https://x/?${large}`, headers: {} } },
        `https://x/?${large}`,
      ],
      [
        'response.headers',
        { ...letter, response: { status: 200, headers: { x: large }, body: '' } },
        JSON.stringify({ x: large }),
      ],
    ];
    for (const [partOf, one, text] of letters) {
      const logged = toLoggedLetter(one, 'x');
      expect(Buffer.byteLength(JSON.stringify(logged.letter))).toBeLessThan(180_001);
      expect(textOf(logged, partOf)).toBe(text);
    }
  });

  it('keeps the beginning alone of a reply that no log should hold, and says where the whole is', () => {
    const logged = toLoggedLetter(sentAlone('short', 'r'.repeat(3_000_000)), 's3://overflow/key');
    expect(logged).toMatchObject({
      cut: ['response.body'],
      parts: [],
      letter: { response: { body: expect.stringMatching(/^r{1000}\.\.\. \[cut: 3000000 bytes; the whole is in s3:/) } },
    });
  });
});
