import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../lib/marketo/secret.ts';
import { checkSignature, readSecrets, signatureOf, TOLERANCE_SECONDS } from '../../lib/webhook/signature.ts';

const NOW_MS = Date.UTC(2026, 10, 28, 12);
const NOW = NOW_MS / 1000;
const ONE = new Secret(`whsec_${Buffer.alloc(24, 1).toString('base64')}`);
const OTHER = new Secret(Buffer.alloc(32, 2).toString('base64'));
const BODY = Buffer.from('{"path":"/rest/v1/leads/describe.json"}');

type Headers = Record<string, string | undefined>;

function signed(body: Uint8Array = BODY, secret = ONE, time = NOW, id = 'order-4711'): Headers {
  const signature = signatureOf(secret, id, time, body);
  return { 'webhook-id': id, 'webhook-timestamp': String(time), 'webhook-signature': signature };
}

/** The id of a request that is signed, else what is wrong. */
function check(headers: Headers, body: Uint8Array = BODY, secrets: readonly Secret[] = [ONE], nowMs = NOW_MS): string {
  const reading = checkSignature(headers, body, secrets, nowMs);
  return reading.kind === 'signed' ? reading.id : reading.fault;
}

describe('a signature', () => {
  it('is the one that the specification has as its example', () => {
    const secret = new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
    const body = Buffer.from('{"test": 2432232314}');

    expect(signatureOf(secret, id, 1_614_265_330, body)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it.each<[string, Uint8Array]>([
    ['JSON', BODY],
    ['no byte', new Uint8Array()],
    ['bytes that are no UTF-8', Uint8Array.from([0, 255, 254, 128, 10, 13])],
    ['characters beyond ASCII', Buffer.from('{"name":"Zoë 💌"}')],
    ['1 MiB', Buffer.alloc(1_048_576, 'x')],
  ])('fits a body of %s, and no other', (_, body) => {
    expect(check(signed(body), body)).toBe('order-4711');
    expect(check(signed(body), Buffer.concat([body, Buffer.from(' ')]))).toBe('wrongSignature');
  });

  it('fits no other id, time, or secret', () => {
    expect(check({ ...signed(), 'webhook-id': 'order-4712' })).toBe('wrongSignature');
    expect(check({ ...signed(), 'webhook-timestamp': String(NOW + 1) })).toBe('wrongSignature');
    expect(check(signed(BODY, OTHER))).toBe('wrongSignature');
    expect(check(signed(), BODY, [])).toBe('wrongSignature');
  });

  it('is of any of the secrets while one takes the place of another, on either side', () => {
    expect(check(signed(BODY, ONE), BODY, [OTHER, ONE])).toBe('order-4711');
    expect(check(signed(BODY, OTHER), BODY, [OTHER, ONE])).toBe('order-4711');
    const both = `${signed(BODY, OTHER)['webhook-signature']} ${signed(BODY, ONE)['webhook-signature']}`;
    expect(check({ ...signed(), 'webhook-signature': both }, BODY, [ONE])).toBe('order-4711');
  });

  it('stands beside versions that nobody here knows', () => {
    const own = signed()['webhook-signature'];
    expect(check({ ...signed(), 'webhook-signature': `v1a,xyz v2,abc ${own}` })).toBe('order-4711');
  });

  it.each([
    ['nothing after its version', 'v1,'],
    ['no version', signatureOf(ONE, 'order-4711', NOW, BODY).slice(3)],
    ['another version', signatureOf(ONE, 'order-4711', NOW, BODY).replace('v1', 'v2')],
    ['half of it', signatureOf(ONE, 'order-4711', NOW, BODY).slice(0, 20)],
    ['a byte too many', `v1,${Buffer.alloc(33).toString('base64')}`],
    ['no base64', 'v1,%%%'],
    ['hexadecimal digits', `v1,${Buffer.alloc(32).toString('hex')}`],
    ['commas between two', `v1,x,${signatureOf(ONE, 'order-4711', NOW, BODY)}`],
    ['more before it than anybody sends', `${'v1,x '.repeat(8)}${signatureOf(ONE, 'order-4711', NOW, BODY)}`],
  ])('is not one with %s', (_, signature) => {
    expect(check({ ...signed(), 'webhook-signature': signature })).toBe('wrongSignature');
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('is none without %s', (name) => {
    expect(checkSignature({ ...signed(), [name]: undefined }, BODY, [ONE], NOW_MS)).toMatchObject({
      fault: 'missingHeader',
      header: name,
    });
    expect(check({ ...signed(), [name]: '' })).toBe('missingHeader');
  });

  it.each(['a.b', 'a b', 'é', '', 'x'.repeat(129), 'a\nb'])('is none for the id %j', (id) => {
    expect(check(signed(BODY, ONE, NOW, id))).toMatch(/^(?:badId|missingHeader)$/);
  });

  it('is as good again within the tolerance, with the same id, and not after it', () => {
    const headers = signed();
    expect(check(headers)).toBe('order-4711');
    expect(check(headers, BODY, [ONE], NOW_MS + TOLERANCE_SECONDS * 1000)).toBe('order-4711');
    expect(check(headers, BODY, [ONE], NOW_MS + TOLERANCE_SECONDS * 1000 + 1)).toBe('oldTime');
    expect(check(headers, BODY, [ONE], NOW_MS - TOLERANCE_SECONDS * 1000)).toBe('order-4711');
    expect(check(headers, BODY, [ONE], NOW_MS - TOLERANCE_SECONDS * 1000 - 1)).toBe('futureTime');
  });

  it.each(['now', '-1', '1e9', `${NOW}.0`, ` ${NOW}`, `0x${NOW.toString(16)}`, `${NOW}000000000`])(
    'is none with the time %j',
    (time) => {
      expect(check({ ...signed(), 'webhook-timestamp': time })).toBe('badTime');
    },
  );

  it('says nothing of the secret or of what would have been right', () => {
    const right = signed()['webhook-signature'] ?? '';
    const reading = checkSignature(signed(BODY, OTHER), BODY, [ONE], NOW_MS);

    expect(JSON.stringify(reading)).not.toContain(right.slice(3));
    expect(JSON.stringify(reading)).not.toContain(ONE.reveal().slice(6));
  });

  it('never throws, and lets in nothing that was not signed', () => {
    const header = fc.option(fc.string({ unit: 'binary', maxLength: 60 }), { nil: undefined });
    fc.assert(
      fc.property(header, header, header, fc.uint8Array({ maxLength: 50 }), (id, time, signature, body) => {
        const headers = { 'webhook-id': id, 'webhook-timestamp': time ?? String(NOW), 'webhook-signature': signature };
        return checkSignature(headers, body, [ONE], NOW_MS).kind === 'unsigned';
      }),
    );
  });
});

describe('the secret in Secrets Manager', () => {
  const reveal = (text: string) => {
    const read = readSecrets(text);
    return read.ok ? read.value.map((secret) => secret.reveal()) : read.problem;
  };

  it('holds one secret, or two while it is rotated', () => {
    const [one, other] = [ONE.reveal(), OTHER.reveal()];
    expect(reveal(JSON.stringify({ secret: one }))).toEqual([one]);
    expect(reveal(JSON.stringify({ secret: ` ${one}\n`, previousSecret: other }))).toEqual([one, other]);
    expect(reveal(JSON.stringify({ secret: one, previousSecret: '' }))).toEqual([one]);
  });

  it('is drawn by Secrets Manager as letters and digits, which are base64 too', () => {
    const drawn = 'Ab3'.repeat(14).padEnd(44, '9');
    expect(reveal(JSON.stringify({ secret: drawn }))).toEqual([drawn]);
  });

  it.each([
    'not JSON SuperSecretValue',
    '"SuperSecretValue"',
    'null',
    '{}',
    '{"secret":""}',
    '{"secret":"SuperSecretValue"}',
    '{"secret":7}',
    '{"secret":"SuperSecretValue with blanks, SuperSecretValue with blanks"}',
    JSON.stringify({ secret: Buffer.alloc(65, 7).toString('base64') }),
    JSON.stringify({ secret: Buffer.alloc(24, 7).toString('base64'), previousSecret: 'SuperSecretValue' }),
  ])('is refused without being shown: %s', (text) => {
    const read = readSecrets(text);
    expect(read).toMatchObject({ ok: false, problem: expect.stringMatching(/give \{"secret"/) });
    expect(JSON.stringify(read)).not.toMatch(/SuperSecretValue|BwcHBw/);
  });
});
