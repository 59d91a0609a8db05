import { createHmac, timingSafeEqual } from 'node:crypto';
import { Secret } from '../marketo/secret.ts';
import { accept, type Parsed, refuse } from '../settings/parse.ts';

/** Names of headers in lower case. */
type Headers = Readonly<Record<string, string | undefined>>;

type SignatureFault = 'missingHeader' | 'badId' | 'badTime' | 'oldTime' | 'futureTime' | 'wrongSignature';

type SignatureReading =
  | { readonly kind: 'signed'; readonly id: string }
  | { readonly kind: 'unsigned'; readonly fault: SignatureFault; readonly header: string; readonly expected: string };

const ID_HEADER = 'webhook-id';
const TIME_HEADER = 'webhook-timestamp';
const SIGNATURE_HEADER = 'webhook-signature';
const SIGNATURE_HEADERS = [ID_HEADER, TIME_HEADER, SIGNATURE_HEADER] as const;

/** Either way: for clocks that differ, and for a request that was on its way for long (Stripe's libraries allow the same). */
const TOLERANCE_SECONDS = 300;
/** A sender that rotates its secret signs with two. */
const MAX_SIGNATURES = 8;
/** Printable ASCII without blanks and dots: a dot parts what is signed, and the id becomes the message's. */
const SIGNED_ID = /^[\x21-\x2d\x2f-\x7e]{1,128}$/;
/** Keys of 24 to 64 bytes, as Standard Webhooks has them. */
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;
const SIGNATURE_BYTES = 32;

/**
 * Checks a request that is signed as Standard Webhooks says (specification 1.0.0): `webhook-signature` holds `v1,` and the
 * base64 of the HMAC-SHA256 of `ID.TIME.BODY`, several with blanks between them. Pure; takes the same time wherever a
 * signature differs. A request that is repeated within the tolerance is signed still: it has the same id.
 *
 * @param body - as it was sent, to the byte
 * @param secrets - all that are valid: two while one takes the other's place
 * @example
 * checkSignature(headers, body, [new Secret('whsec_...')], Date.now()); // { kind: 'signed', id: 'order-4711' }
 */
function checkSignature(
  headers: Headers,
  body: Uint8Array,
  secrets: readonly Secret[],
  nowMs: number,
): SignatureReading {
  const missing = SIGNATURE_HEADERS.find((name) => (headers[name] ?? '') === '');
  if (missing !== undefined) return unsigned('missingHeader', missing, 'the header: the request must be signed');
  const { [ID_HEADER]: id = '', [TIME_HEADER]: time = '', [SIGNATURE_HEADER]: given = '' } = headers;
  if (!SIGNED_ID.test(id)) {
    return unsigned('badId', ID_HEADER, '1 to 128 printable ASCII characters, no blank and no dot');
  }
  if (!/^\d{1,12}$/.test(time)) return unsigned('badTime', TIME_HEADER, 'seconds since 1970, as digits');
  const ageSeconds = nowMs / 1000 - Number(time);
  if (Math.abs(ageSeconds) > TOLERANCE_SECONDS) {
    const expected = `a time within ${TOLERANCE_SECONDS} s of now: sign each request when it is sent, with a clock that is right`;
    return unsigned(ageSeconds > 0 ? 'oldTime' : 'futureTime', TIME_HEADER, expected);
  }
  const signatures = readSignatures(given);
  let matches = false;
  for (const secret of secrets) {
    const right = hmacOf(secret, id, time, body);
    for (const signature of signatures) {
      // No way out at the first match: it would tell which of the secrets it was.
      if (timingSafeEqual(signature, right)) matches = true;
    }
  }
  const expected = `v1, and the base64 of the HMAC-SHA256 of ${ID_HEADER}.${TIME_HEADER}.body with a valid secret`;
  return matches ? { kind: 'signed', id } : unsigned('wrongSignature', SIGNATURE_HEADER, expected);
}

/**
 * What a sender puts into `webhook-signature`.
 *
 * @param time - seconds since 1970, as in `webhook-timestamp`
 */
function signatureOf(secret: Secret, id: string, time: number, body: Uint8Array): string {
  return `v1,${hmacOf(secret, id, String(time), body).toString('base64')}`;
}

function hmacOf(secret: Secret, id: string, time: string, body: Uint8Array): Buffer {
  return createHmac('sha256', keyOf(secret.reveal())).update(`${id}.${time}.`).update(body).digest();
}

/** Those that can be compared at all; versions that are not known are for others (specification: "Signature scheme"). */
function readSignatures(header: string): readonly Buffer[] {
  return header
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .slice(0, MAX_SIGNATURES)
    .map((part) => Buffer.from(part.slice('v1,'.length), 'base64'))
    .filter((signature) => signature.length === SIGNATURE_BYTES);
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}

/**
 * The value of the secret in Secrets Manager: `{"secret":"whsec_..."}`, while it is rotated with the one before it as
 * `previousSecret`. No problem shows a value.
 */
function readSecrets(text: string): Parsed<readonly Secret[]> {
  const { secret, previousSecret } = membersOf(text);
  const given = [['secret', secret] as const, ['previousSecret', previousSecret] as const].filter(
    ([name, value]) => name === 'secret' || (value !== undefined && value !== ''),
  );
  const wrong = given.find(([, value]) => !isSecret(value));
  if (wrong !== undefined) {
    return refuse(
      `has no usable member ${wrong[0]}: give {"secret":"..."}, the base64 of ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} ` +
        'random bytes, with or without "whsec_" before it',
    );
  }
  return accept(given.map(([, value]) => new Secret(String(value).trim())));
}

function isSecret(value: unknown): boolean {
  if (typeof value !== 'string' || !/^(?:whsec_)?[A-Za-z0-9+/]+={0,2}$/.test(value.trim())) return false;
  const { length } = keyOf(value.trim());
  return length >= MIN_KEY_BYTES && length <= MAX_KEY_BYTES;
}

/** The parser's own error quotes the text, so it goes no further. */
function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function unsigned(fault: SignatureFault, header: string, expected: string): SignatureReading {
  return { kind: 'unsigned', fault, header, expected };
}

export type { Headers, SignatureFault, SignatureReading };
export { checkSignature, ID_HEADER, readSecrets, SIGNATURE_HEADERS, signatureOf, TOLERANCE_SECONDS };
