import type { IdentityAnswer } from '../marketo/identity.ts';
import { settleCharge } from './ask-allowance.ts';
import { backOff, hasStruckOut, pauseForRefusal, pauseForRefusedToken, withStrike } from './pauses.ts';
import {
  ASK_AGAIN_MS,
  EXPIRY_SLACK_MS,
  LAST_SECONDS_MS,
  MAX_SPENT_ANSWERS,
  NEARLY_OVER_MS,
  SPENT_TOKEN_LIFE_MS,
} from './policy.ts';
import type { Refusal } from './refusal.ts';
import { fingerprintOf, type HeldToken, type TokenState } from './token-state.ts';

/** What was asked of identity, and what came back. */
interface IdentityExchange {
  readonly answer: IdentityAnswer;
  /** Fingerprint of the credentials that were used. */
  readonly credentials: string;
  /** Before the request was sent: a life counted from here never ends later than it does at Marketo. */
  readonly askedAtMs: number;
  readonly nowMs: number;
  /** Calls made under the lease: two, when the first one showed that the credentials had been rotated. */
  readonly asks: number;
  /** Why identity was asked, when it was for a refusal. */
  readonly refusal?: Refusal | undefined;
}

/** The state after identity answered the holder of the lease; the lease is free again. Pure. */
function afterAnswer(before: TokenState, exchange: IdentityExchange): TokenState {
  const { answer, credentials, nowMs, asks } = exchange;
  const { lease: _, ...rest } = settleCharge(before, asks);
  const state: TokenState = { ...rest, version: before.version + 1, credentials };
  switch (answer.kind) {
    case 'refused':
      return pauseForRefusal(state, nowMs, 'credentialsRefused', answer.detail);
    case 'failed':
      return backOff(state, nowMs, answer.detail);
    case 'token':
      return afterToken(state, tokenOf(before, answer, exchange.askedAtMs), exchange);
  }
}

function tokenOf(before: TokenState, answer: Extract<IdentityAnswer, { kind: 'token' }>, askedAtMs: number): HeldToken {
  const { token: value, user, expiresInSeconds } = answer;
  const fingerprint = fingerprintOf(value);
  const firstGivenAtMs = before.token?.fingerprint === fingerprint ? before.token.firstGivenAtMs : askedAtMs;
  const expiresAtMs = askedAtMs + expiresInSeconds * 1_000;
  return {
    value,
    fingerprint,
    expiresAtMs,
    firstGivenAtMs,
    givenAtMs: askedAtMs,
    ...(user !== undefined && { user }),
  };
}

function afterToken(state: TokenState, token: HeldToken, { nowMs, refusal }: IdentityExchange): TokenState {
  const { refused } = state;
  const isOut = refused !== undefined && (refused.againAtMs === undefined || nowMs < refused.againAtMs);
  if (isOut && token.fingerprint === refused.fingerprint) {
    return afterRefusedToken({ ...withStrike(state, nowMs), token }, token.expiresAtMs, nowMs);
  }
  const replaced = isOut ? refused : refusal && isAgainst(state, refusal, nowMs) ? refusal : undefined;
  const counted =
    replaced === undefined || replaced.fingerprint === token.fingerprint ? state : judged(state, replaced, nowMs);
  return token.expiresAtMs <= token.givenAtMs ? afterSpentToken(counted, token, nowMs) : accept(counted, token);
}

/** A refusal speaks against the token in the item only if it is of that one, and the token's end does not explain it. */
function isAgainst({ token }: TokenState, { fingerprint }: Refusal, nowMs: number): boolean {
  return token === undefined || (token.fingerprint === fingerprint && token.expiresAtMs - nowMs > LAST_SECONDS_MS);
}

/** Another token in place of a refused one: a strike, unless that one had served, which ends the row. */
function judged(state: TokenState, { served }: { readonly served: boolean }, nowMs: number): TokenState {
  return served ? { ...state, strikes: { count: 0, lastAtMs: nowMs } } : withStrike(state, nowMs);
}

function accept(state: TokenState, token: HeldToken): TokenState {
  const { refused: _, trouble: __, ...rest } = state;
  return { ...rest, token, spentAnswers: 0, notBeforeMs: 0 };
}

/** A token whose last second is running: the next one is a second away. */
function afterSpentToken(state: TokenState, token: HeldToken, nowMs: number): TokenState {
  const spentAnswers = state.spentAnswers + 1;
  if (spentAnswers >= MAX_SPENT_ANSWERS) {
    return { ...accept(state, { ...token, expiresAtMs: nowMs + SPENT_TOKEN_LIFE_MS }), spentAnswers };
  }
  return { ...withoutTrouble(state), spentAnswers, notBeforeMs: nowMs + ASK_AGAIN_MS };
}

/** Identity's token is the one that two requests were refused with. */
function afterRefusedToken(state: TokenState, expiresAtMs: number, nowMs: number): TokenState {
  const leftMs = Math.max(expiresAtMs - nowMs, 0);
  if (leftMs > LAST_SECONDS_MS && leftMs <= NEARLY_OVER_MS) {
    const detail = 'the refused token has yet to expire';
    return { ...state, trouble: { kind: 'unavailable', detail, count: 0 }, notBeforeMs: expiresAtMs + EXPIRY_SLACK_MS };
  }
  if (hasStruckOut(state, nowMs)) return pauseForRefusedToken(state, nowMs);
  const waitMs = leftMs > LAST_SECONDS_MS ? ASK_AGAIN_MS : Math.max(leftMs + EXPIRY_SLACK_MS, ASK_AGAIN_MS);
  return { ...withoutTrouble(state), notBeforeMs: nowMs + waitMs };
}

function withoutTrouble(state: TokenState): TokenState {
  const { trouble: _, ...rest } = state;
  return rest;
}

export type { IdentityExchange };
export { afterAnswer };
