import {
  FIRST_BACKOFF_MS,
  FIRST_PAUSE_MS,
  MAX_BACKOFF_MS,
  MAX_PAUSE_MS,
  MAX_STRIKES,
  PAUSE_MEMORY_MS,
  STRIKE_MEMORY_MS,
  YOUNG_MS,
} from './policy.ts';
import type { HeldToken, TokenState, Trouble } from './token-state.ts';

/** The stops of the token's state and the strikes that lead to one. All pure; none moves the version. */

/** The line stands still: identity has no token that Marketo takes. Calls may try the token once more afterwards. */
function pauseForRefusedToken(state: TokenState, nowMs: number): TokenState {
  const detail = `Marketo refuses the token that identity hands out, ${MAX_STRIKES} times in a row`;
  const paused = pauseForRefusal(state, nowMs, 'tokenRefused', detail);
  // Once the token has expired, identity has another.
  const expiresAtMs = Math.max(state.token?.expiresAtMs ?? Infinity, nowMs + FIRST_PAUSE_MS);
  const againAtMs = Math.min(paused.notBeforeMs, expiresAtMs);
  return { ...paused, notBeforeMs: againAtMs, ...(state.refused && { refused: { ...state.refused, againAtMs } }) };
}

/** A new token that Marketo does not know: its nodes are given time, and no call is made with it until then. */
function pauseForYoungToken(state: TokenState, { fingerprint, firstGivenAtMs }: HeldToken): TokenState {
  const againAtMs = firstGivenAtMs + YOUNG_MS;
  return {
    ...state,
    refused: { fingerprint, served: false, againAtMs },
    notBeforeMs: againAtMs,
    trouble: { kind: 'unavailable', detail: 'Marketo does not know the new token yet', count: 0 },
  };
}

function pauseForRefusal(state: TokenState, nowMs: number, kind: Trouble['kind'], detail: string): TokenState {
  const isRecent = state.pauses.count > 0 && nowMs - state.pauses.lastUntilMs < PAUSE_MEMORY_MS;
  const count = isRecent ? state.pauses.count + 1 : 1;
  const notBeforeMs = nowMs + doubling(FIRST_PAUSE_MS, MAX_PAUSE_MS, count);
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
  const notBeforeMs = nowMs + doubling(FIRST_BACKOFF_MS, MAX_BACKOFF_MS, count);
  return { ...state, notBeforeMs, trouble: { kind: 'unavailable', detail, count } };
}

function doubling(firstMs: number, maxMs: number, count: number): number {
  return Math.min(firstMs * 2 ** (count - 1), maxMs);
}

function withStrike(state: TokenState, nowMs: number): TokenState {
  return { ...state, strikes: { count: strikesAt(state, nowMs) + 1, lastAtMs: nowMs } };
}

function strikesAt({ strikes }: TokenState, nowMs: number): number {
  return nowMs - strikes.lastAtMs < STRIKE_MEMORY_MS ? strikes.count : 0;
}

/** Whether identity has given as many answers in place of refused tokens as it may. */
function hasStruckOut(state: TokenState, nowMs: number): boolean {
  return strikesAt(state, nowMs) >= MAX_STRIKES;
}

export { backOff, hasStruckOut, pauseForRefusal, pauseForRefusedToken, pauseForYoungToken, withStrike };
