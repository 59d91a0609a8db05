import { createHash } from 'node:crypto';
import type { Secret } from '../marketo/secret.ts';

interface HeldToken {
  readonly value: Secret;
  readonly fingerprint: string;
  /** By the clock of the worker that fetched it, counted from before the request was sent. */
  readonly expiresAtMs: number;
  /** When identity was asked that handed it out for the first time, and for the last. */
  readonly firstGivenAtMs: number;
  readonly givenAtMs: number;
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

/** A token that two different requests were refused with: handed out no more, or not before `againAtMs`. */
interface RefusedToken {
  readonly fingerprint: string;
  /** Calls had succeeded with it before. */
  readonly served: boolean;
  /** From then on calls may try it once more. Absent: not while identity is being asked for another. */
  readonly againAtMs?: number;
}

/** The token of one Marketo subscription, as all workers share it. Changes only by compare-and-swap on `version`. */
interface TokenState {
  /** 0: nothing is stored yet. */
  readonly version: number;
  readonly token?: HeldToken;
  readonly refused?: RefusedToken;
  /** Fingerprint of the credentials that identity was last asked with. */
  readonly credentials?: string;
  /** Whoever asks identity now. While it holds, only the holder writes; it ends by itself when the holder dies. */
  readonly lease?: { readonly holder: string; readonly endsAtMs: number };
  /** Answers of identity in a row that came in place of a refused token that had never served, and when the last came. */
  readonly strikes: { readonly count: number; readonly lastAtMs: number };
  /** Answers in a row with no life left in the token. */
  readonly spentAnswers: number;
  /** No identity call before. */
  readonly notBeforeMs: number;
  /** Each identity call moves this on by its share of the allowance: see `ask-allowance.ts`. */
  readonly asksPaidUntilMs: number;
  readonly trouble?: Trouble;
  /** Pauses after refusals, and when the last one ends: they grow while they follow each other. */
  readonly pauses: { readonly count: number; readonly lastUntilMs: number };
}

const EMPTY_TOKEN_STATE: TokenState = {
  version: 0,
  strikes: { count: 0, lastAtMs: 0 },
  spentAnswers: 0,
  notBeforeMs: 0,
  asksPaidUntilMs: 0,
  pauses: { count: 0, lastUntilMs: 0 },
};

const FINGERPRINT_CHARS = 16;
const MARK_CHARS = 8;

/** Names secrets without telling them: 64 bits of their SHA-256. For values with far more entropy than that. */
function fingerprintOf(...secrets: readonly Secret[]): string {
  const hash = createHash('sha256');
  for (const secret of secrets) hash.update(`${secret.reveal()}\n`);
  return hash.digest('hex').slice(0, FINGERPRINT_CHARS);
}

/**
 * Names a token where space is dear: 32 bits of its SHA-256, from 0 to 2^32 - 1. Enough to tell a token from the one
 * before it; two tokens that follow each other have the same mark once in four thousand million times.
 *
 * @example
 * tokenMark(token); // 3405691582
 */
function tokenMark(token: Secret): number {
  return Number.parseInt(fingerprintOf(token).slice(0, MARK_CHARS), 16);
}

export type { HeldToken, RefusedToken, TokenState, Trouble };
export { EMPTY_TOKEN_STATE, fingerprintOf, tokenMark };
