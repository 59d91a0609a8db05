import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createDeadLetterPublisher } from '../../lib/dead-letter/publish.ts';
import { redact } from '../../lib/dead-letter/redact.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import { read, SYNC } from '../delivery/intake/fixtures.ts';
import { fakeQueue, letterFor, recordingLog } from './fixtures.ts';

const TOKEN = 'cdf01657-110d-4155-99a7-f986b2ff13a0:int/+';
const CLIENT_SECRET = 'TAINTED-client-secret';
const secrets = [new Secret(TOKEN), new Secret(CLIENT_SECRET), new Secret('')];

/** The secrets, in every spelling in which one could leak. */
const spellings = [TOKEN, CLIENT_SECRET].flatMap((value) => [value, encodeURIComponent(value)]);
const expectClean = (text: string) => {
  for (const spelling of spellings) expect(text.toLowerCase()).not.toContain(spelling.toLowerCase());
};

/** Everything that is said about a message, with the secrets in every place that somebody else could have put them. */
function taintedLetter() {
  const text = `token ${TOKEN} and ${encodeURIComponent(TOKEN)} of ${CLIENT_SECRET}`;
  const headers = { authorization: `Bearer ${TOKEN}`, 'x-echo': text, [`x-${CLIENT_SECRET}`]: '1' };
  const attributes = { source: { dataType: 'String', stringValue: text } };
  return letterFor(read({ ...SYNC, body: { input: [{ note: text, [TOKEN]: { deep: [text] } }] } }, { attributes }), {
    request: {
      method: 'POST',
      url: `https://x.example/rest/v1/leads.json?t=${encodeURIComponent(TOKEN)}`,
      headers,
      body: text,
    },
    reply: {
      kind: 'reply',
      status: 200,
      headers,
      body: JSON.stringify({ errors: [{ message: text }] }),
      complete: true,
    },
    secrets,
  });
}

describe('a secret', () => {
  it('is in no letter, whoever echoed it', () => {
    const letter = taintedLetter();
    expectClean(JSON.stringify(letter));
    expect(letter.request?.url).toContain('[secret]');
    expect(letter.message.attributes.source).toContain('[secret]');
  });

  it('is in no message, attribute, object or log line that the publisher writes', async () => {
    const queue = fakeQueue();
    const { log, lines } = recordingLog();
    const stored: string[] = [];
    const overflow = {
      bucket: 'b',
      put: async (key: string, body: string) => void stored.push(key, body),
      get: async () => '',
    };
    const letter = taintedLetter();
    const large = { ...letter, response: { status: 200, headers: {}, body: `${'x'.repeat(2_000_000)}` } };
    await createDeadLetterPublisher({ queue, overflow, log }).send([letter, large]);
    expect(stored).toHaveLength(2);
    for (const text of [...stored, JSON.stringify(queue.sent), JSON.stringify(lines), inspect(lines, { depth: 20 })]) {
      expectClean(text);
    }
  });

  it('that is too short to be one spoils no text', () => {
    expect(redact('a plain text', [new Secret(''), new Secret('a')])).toBe('a plain text');
  });

  it('inside another leaves no rest of the outer one', () => {
    expect(redact('x-abcdefgh-x', [new Secret('abcdef'), new Secret('abcdefgh')])).toBe('x-[secret]-x');
  });
});
