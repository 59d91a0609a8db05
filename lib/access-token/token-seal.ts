import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync } from 'node:crypto';
import type { Credentials } from '../marketo/identity.ts';
import { Secret } from '../marketo/secret.ts';

/** `otherKey`: sealed under other credentials; `broken`: no seal of ours, or not what was sealed. */
type Opened =
  | { readonly kind: 'opened'; readonly token: Secret }
  | { readonly kind: 'otherKey' }
  | { readonly kind: 'broken' };

/** Hides tokens from whoever may read the table and not the credentials. */
interface TokenSeal {
  /** `nonce`: {@link NONCE_BYTES} from a generator fit for cryptography, never the same twice. */
  close(token: Secret, nonce: Uint8Array): string;
  open(sealed: string): Opened;
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
/** Tells workers apart that hold other credentials; far too little of the key's stream to say anything about the key. */
const KEY_ID_BYTES = 6;
/** What GCM is made for (NIST SP 800-38D, 8.2). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 'v1';

/**
 * AES-256-GCM under a key derived from the client secret (HKDF-SHA256, RFC 5869), bound to the subscription: a token
 * cannot be moved to another one's item. `sealed` is `v1.<key id>.<nonce>.<ciphertext and tag>`, in base64url.
 *
 * @example
 * const seal = createTokenSeal(credentials, '123-abc-456.mktorest.com');
 * const opened = seal.open(seal.close(token, randomBytes(NONCE_BYTES)));
 */
function createTokenSeal({ clientId, clientSecret }: Credentials, subscription: string): TokenSeal {
  const about = Buffer.from(`marketo-relay access token/${FORMAT}/${subscription}`);
  const derived = Buffer.from(hkdfSync('sha256', clientSecret.reveal(), clientId, about, KEY_BYTES + KEY_ID_BYTES));
  const key = createSecretKey(derived.subarray(0, KEY_BYTES));
  const keyId = derived.subarray(KEY_BYTES).toString('base64url');

  function close(token: Secret, nonce: Uint8Array): string {
    const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(about);
    const text = Buffer.concat([cipher.update(token.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [FORMAT, keyId, Buffer.from(nonce).toString('base64url'), text.toString('base64url')].join('.');
  }

  function open(sealed: string): Opened {
    const [format, sealedUnder, nonce = '', text = '', ...rest] = sealed.split('.');
    if (format !== FORMAT || rest.length > 0) return { kind: 'broken' };
    if (sealedUnder !== keyId) return { kind: 'otherKey' };
    const bytes = Buffer.from(text, 'base64url');
    try {
      const decipher = createDecipheriv(CIPHER, key, Buffer.from(nonce, 'base64url'), { authTagLength: TAG_BYTES });
      decipher.setAAD(about).setAuthTag(bytes.subarray(-TAG_BYTES));
      const token = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
      return { kind: 'opened', token: new Secret(token.toString('utf8')) };
    } catch {
      return { kind: 'broken' };
    }
  }

  return { close, open };
}

export type { Opened, TokenSeal };
export { createTokenSeal, NONCE_BYTES };
