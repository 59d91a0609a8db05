import type { IdentityAnswer } from '../marketo/identity.ts';
import { fingerprintOf, type HeldToken, type TokenState, type Trouble } from './token-state.ts';

/** What was asked of identity, and what came back. */
interface IdentityExchange {
  readonly answer: IdentityAnswer;
  /** Fingerprint of the credentials that were used. */
  readonly credentials: string;
  /** Before the request was sent: a life counted from here never ends later than it does at Marketo. */
  readonly askedAtMs: number;
  readonly nowMs: number;
}

/** Tokens in a row in place of a refused one, before the line stops. */
const MAX_STRIKES = 3;
/** A token that served for so long before it was refused starts a new row. */
const STRIKE_MEMORY_MS = 5 * 60_000;
/** Identity hands out the same token until it expires: with so little left it is waited out, and identity asked again. */
const WAIT_OUT_MS = 5_000;
/** With more left, but not much, the line waits without asking: the credentials are not at fault. */
const NEARLY_OVER_MS = 60_000;
/** Between two calls that may bring the same token. `expires_in` counts whole seconds, so 0 is over within one. */
const ASK_AGAIN_MS = 1_000;
/** Marketo's clock may be a moment behind when the token's last second is over here. */
const EXPIRY_SLACK_MS = 250;
/** An identity that answers 0 again and again is taken at its word that this is the token, for so long at a time. */
const SPENT_TOKEN_LIFE_MS = 5_000;
const MAX_SPENT_ANSWERS = 3;
const FIRST_PAUSE_MS = 60_000;
const MAX_PAUSE_MS = 15 * 60_000;
/** A refusal so long after the last pause is a new story, and its pause short again. */
const PAUSE_MEMORY_MS = 30 * 60_000;
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

/** The state after identity answered the holder of the lease; the lease is free again. Pure. */
function afterAnswer(before: TokenState, { answer, credentials, askedAtMs, nowMs }: IdentityExchange): TokenState {
  const { lease: _, ...rest } = before;
  const state: TokenState = { ...rest, version: before.version + 1, credentials };
  switch (answer.kind) {
    case 'refused':
      return pause(state, nowMs, 'credentialsRefused', answer.detail);
    case 'failed':
      return backOff(state, nowMs, answer.detail);
    case 'token': {
      const expiresAtMs = askedAtMs + answer.expiresInSeconds * 1_000;
      const { token: value, user } = answer;
      const token = { value, fingerprint: fingerprintOf(value), expiresAtMs, ...(user !== undefined && { user }) };
      return learnToken(withStrike(state, nowMs), token, answer.expiresInSeconds === 0, nowMs);
    }
  }
}

function learnToken(state: TokenState, token: HeldToken, spent: boolean, nowMs: number): TokenState {
  if (token.fingerprint === state.refusedFingerprint) return learnSame({ ...state, token }, token.expiresAtMs, nowMs);
  return spent ? learnSpent(state, token, nowMs) : accept(state, token);
}

function accept(state: TokenState, token: HeldToken): TokenState {
  const { refusedFingerprint: _, trouble: __, ...rest } = state;
  return { ...rest, token, spentAnswers: 0, notBeforeMs: 0 };
}

/** A token whose last second is running: the next one is a second away. */
function learnSpent(state: TokenState, token: HeldToken, nowMs: number): TokenState {
  const spentAnswers = state.spentAnswers + 1;
  if (spentAnswers >= MAX_SPENT_ANSWERS) {
    return { ...accept(state, { ...token, expiresAtMs: nowMs + SPENT_TOKEN_LIFE_MS }), spentAnswers };
  }
  return { ...calm(state), spentAnswers, notBeforeMs: nowMs + ASK_AGAIN_MS };
}

/** Identity's token is the one that Marketo refused. */
function learnSame(state: TokenState, expiresAtMs: number, nowMs: number): TokenState {
  const remainingMs = Math.max(expiresAtMs - nowMs, 0);
  if (remainingMs > WAIT_OUT_MS && remainingMs <= NEARLY_OVER_MS) {
    const trouble: Trouble = { kind: 'unavailable', detail: 'the refused token has yet to expire', count: 0 };
    return { ...state, trouble, notBeforeMs: expiresAtMs + EXPIRY_SLACK_MS };
  }
  if (hasStruckOut(state, nowMs)) return standStill(state, nowMs);
  const waitMs = remainingMs > WAIT_OUT_MS ? ASK_AGAIN_MS : Math.max(remainingMs + EXPIRY_SLACK_MS, ASK_AGAIN_MS);
  return { ...calm(state), notBeforeMs: nowMs + waitMs };
}

/** The next version, in which the line stands still: identity has no token that Marketo takes. Pure. */
function giveUp(state: TokenState, nowMs: number): TokenState {
  return standStill({ ...state, version: state.version + 1 }, nowMs);
}

function standStill(state: TokenState, nowMs: number): TokenState {
  const detail = `Marketo refuses the token that identity hands out, ${MAX_STRIKES} times in a row`;
  const paused = pause(state, nowMs, 'tokenRefused', detail);
  // Once the token has expired, identity has another.
  const expiresAtMs = Math.max(state.token?.expiresAtMs ?? Infinity, nowMs + FIRST_PAUSE_MS);
  return { ...paused, notBeforeMs: Math.min(paused.notBeforeMs, expiresAtMs) };
}

function pause(state: TokenState, nowMs: number, kind: Trouble['kind'], detail: string): TokenState {
  const recent = state.pauses.count > 0 && nowMs - state.pauses.lastUntilMs < PAUSE_MEMORY_MS;
  const count = recent ? state.pauses.count + 1 : 1;
  const notBeforeMs = nowMs + growing(FIRST_PAUSE_MS, MAX_PAUSE_MS, count);
  return {
    ...state,
    strikes: { count: 0, lastAtMs: nowMs },
    notBeforeMs,
    trouble: { kind, detail, count },
    pauses: { count, lastUntilMs: notBeforeMs },
  };
}

function backOff(state: TokenState, nowMs: number, detail: string): TokenState {
  const count = state.trouble?.kind === 'unavailable' ? state.trouble.count + 1 : 1;
  const notBeforeMs = nowMs + growing(FIRST_BACKOFF_MS, MAX_BACKOFF_MS, count);
  return { ...state, notBeforeMs, trouble: { kind: 'unavailable', detail, count } };
}

function growing(firstMs: number, maxMs: number, count: number): number {
  return Math.min(firstMs * 2 ** (count - 1), maxMs);
}

function calm(state: TokenState): TokenState {
  const { trouble: _, ...rest } = state;
  return rest;
}

function withStrike(state: TokenState, nowMs: number): TokenState {
  if (state.refusedFingerprint === undefined) return state;
  return { ...state, strikes: { count: strikesAt(state, nowMs) + 1, lastAtMs: nowMs } };
}

function strikesAt(state: TokenState, nowMs: number): number {
  return nowMs - state.strikes.lastAtMs < STRIKE_MEMORY_MS ? state.strikes.count : 0;
}

/** Whether identity has given as many tokens in place of refused ones as it may. */
function hasStruckOut(state: TokenState, nowMs: number): boolean {
  return strikesAt(state, nowMs) >= MAX_STRIKES;
}

export type { IdentityExchange };
export { afterAnswer, giveUp, hasStruckOut };
