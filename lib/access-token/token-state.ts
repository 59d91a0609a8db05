import { createHash } from 'node:crypto';
import type { Secret } from '../marketo/secret.ts';

interface HeldToken {
  readonly value: Secret;
  readonly fingerprint: string;
  /** By the clock of the worker that fetched it, counted from before the request was sent. */
  readonly expiresAtMs: number;
  /** The API-only user it belongs to. */
  readonly user?: string;
}

/**
 * Why identity is not asked for now.
 *
 * - `credentialsRefused`: identity does not take them.
 * - `tokenRefused`: identity keeps handing out tokens that Marketo does not take.
 * - `unavailable`: identity has no answer, or no other token yet.
 */
interface Trouble {
  readonly kind: 'credentialsRefused' | 'tokenRefused' | 'unavailable';
  /** For the operator; holds no secret. */
  readonly detail: string;
  /** Failures in a row: the wait for `unavailable` grows with it. */
  readonly count: number;
}

/** The token of one Marketo subscription, as all workers share it. Changes only by compare-and-swap on `version`. */
interface TokenState {
  /** 0: nothing is stored yet. */
  readonly version: number;
  readonly token?: HeldToken;
  /** Fingerprint of the token that Marketo refused; a token with it is not handed out. */
  readonly refusedFingerprint?: string;
  /** Fingerprint of the credentials that identity was last asked with. */
  readonly credentials?: string;
  /** Whoever asks identity now. While it holds, only the holder writes; it ends by itself when the holder dies. */
  readonly lease?: { readonly holder: string; readonly endsAtMs: number };
  /** Tokens that identity gave in a row in place of a refused one, and when it gave the last. */
  readonly strikes: { readonly count: number; readonly lastAtMs: number };
  /** Answers in a row with no life left in the token. */
  readonly spentAnswers: number;
  /** No identity call before. */
  readonly notBeforeMs: number;
  readonly trouble?: Trouble;
  /** Pauses after refusals, and when the last one ends: they grow while they follow each other. */
  readonly pauses: { readonly count: number; readonly lastUntilMs: number };
}

const EMPTY_TOKEN_STATE: TokenState = {
  version: 0,
  strikes: { count: 0, lastAtMs: 0 },
  spentAnswers: 0,
  notBeforeMs: 0,
  pauses: { count: 0, lastUntilMs: 0 },
};

const FINGERPRINT_CHARS = 16;

/** Names secrets without telling them: 64 bits of their SHA-256. For values with far more entropy than that. */
function fingerprintOf(...secrets: readonly Secret[]): string {
  const hash = createHash('sha256');
  for (const secret of secrets) hash.update(`${secret.reveal()}\n`);
  return hash.digest('hex').slice(0, FINGERPRINT_CHARS);
}

export type { HeldToken, TokenState, Trouble };
export { EMPTY_TOKEN_STATE, fingerprintOf };
