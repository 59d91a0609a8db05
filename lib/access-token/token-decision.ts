import { chargeLease, mayAskFromMs } from './ask-allowance.ts';
import { hasStruckOut, pauseForRefusedToken, pauseForYoungToken } from './pauses.ts';
import { EXPIRY_SLACK_MS, LAST_SECONDS_MS, LEASE_MS, VOUCHED_MS, YOUNG_MS } from './policy.ts';
import type { Refusal } from './refusal.ts';
import type { HeldToken, TokenState } from './token-state.ts';

/** What the worker knows who asks for the token. */
interface TokenAsk {
  readonly nowMs: number;
  /** When the token is to be replaced. */
  readonly refusal?: Refusal | undefined;
  /** Fingerprint of credentials that were read just now: when they are others, the pause of the old ones is over. */
  readonly credentials?: string | undefined;
}

/**
 * - `use`: this token.
 * - `good`: the refused token works; the refusal is the request's own.
 * - `same`: there is no other token, and one refusal is too little to give this one up.
 * - `fetch`: take the lease with {@link takeLease}, then ask identity.
 * - `store`: store `next` without asking.
 * - `wait`: read again: `lease`: another asks identity; `expiry`: the token's last seconds; `pause`: nobody may ask
 *   before `untilMs`.
 * - `refused` and `unavailable`: remembered until `untilMs`.
 */
type TokenDecision =
  | { readonly kind: 'use'; readonly token: HeldToken }
  | { readonly kind: 'good' }
  | { readonly kind: 'same' }
  | { readonly kind: 'fetch' }
  | { readonly kind: 'store'; readonly next: TokenState }
  | { readonly kind: 'wait'; readonly for: 'lease' | 'expiry' | 'pause'; readonly untilMs: number }
  | { readonly kind: 'refused'; readonly detail: string; readonly untilMs: number }
  | { readonly kind: 'unavailable'; readonly detail: string; readonly untilMs: number };

/** What a worker does that finds the item in this state. Pure. */
function decide(state: TokenState, ask: TokenAsk): TokenDecision {
  const { nowMs, refusal } = ask;
  const token = usableToken(state, nowMs);
  const leaseEndsAtMs = state.lease?.endsAtMs ?? 0;
  const isLeased = nowMs < leaseEndsAtMs;
  if (token !== undefined) {
    const weighed = refusal?.fingerprint === token.fingerprint ? weigh(state, token, refusal, nowMs) : use(token);
    // Only the holder of the lease writes.
    if (weighed !== undefined && !(weighed.kind === 'store' && isLeased)) return weighed;
  }
  if (isLeased) return { kind: 'wait', for: 'lease', untilMs: leaseEndsAtMs };
  const decision = askOrWait(state, ask);
  // For one refusal a token is exchanged where identity may be asked, and never given up.
  const isDoubted = token !== undefined && refusal?.confirmed === false;
  const isOneInARow = isDoubted && !refusal.served && hasStruckOut(state, nowMs);
  return isDoubted && (decision.kind !== 'fetch' || isOneInARow) ? { kind: 'same' } : decision;
}

function askOrWait(state: TokenState, ask: TokenAsk): TokenDecision {
  const { nowMs } = ask;
  if (isPaused(state, ask)) return remembered(state);
  const mayAskMs = mayAskFromMs(state);
  if (nowMs < mayAskMs) return { kind: 'wait', for: 'pause', untilMs: mayAskMs };
  const marked = withRefused(state, ask);
  const isStruckOut = marked.refused !== undefined && isOut(marked, nowMs) && hasStruckOut(state, nowMs);
  return isStruckOut && marked.refused?.served !== true
    ? { kind: 'store', next: nextVersion(pauseForRefusedToken(marked, nowMs)) }
    : { kind: 'fetch' };
}

/** What the evidence says of the very token that the item holds; undefined: it is for identity to say. */
function weigh(state: TokenState, token: HeldToken, refusal: Refusal, nowMs: number): TokenDecision | undefined {
  // It has been given a rest since that call was made, and may be tried again.
  if (refusal.sentAtMs < (state.refused?.againAtMs ?? 0)) return use(token);
  // Its end explains the refusal, and a success of a call that was sent before the end says nothing; but an end that
  // was assumed here, for want of a life in identity's answer, explains nothing.
  const isEnding = token.expiresAtMs - nowMs <= LAST_SECONDS_MS && !(refusal.confirmed && state.spentAnswers > 0);
  if (isEnding) return { kind: 'wait', for: 'expiry', untilMs: token.expiresAtMs + EXPIRY_SLACK_MS };
  if (refusal.workedSince) return { kind: 'good' };
  if (refusal.confirmed) {
    const isYoung = !refusal.served && nowMs - token.firstGivenAtMs < YOUNG_MS;
    return isYoung ? { kind: 'store', next: nextVersion(pauseForYoungToken(state, token)) } : undefined;
  }
  // Handed out once, it can have ended since; handed out again, it is known to be the one.
  const isVouched = token.givenAtMs > token.firstGivenAtMs && nowMs - token.givenAtMs < VOUCHED_MS;
  return isVouched || token.givenAtMs >= refusal.sentAtMs ? { kind: 'same' } : undefined;
}

function use(token: HeldToken): TokenDecision {
  return { kind: 'use', token };
}

function usableToken(state: TokenState, nowMs: number): HeldToken | undefined {
  const { token } = state;
  return token !== undefined && nowMs < token.expiresAtMs && !isOut(state, nowMs) ? token : undefined;
}

/**
 * A token that two requests were refused with is out until its pause is over: then calls may try it once more, since
 * identity hands out no other before it expires, and the fault may have been Marketo's.
 */
function isOut({ token, refused }: TokenState, nowMs: number): boolean {
  if (refused === undefined || refused.fingerprint !== (token?.fingerprint ?? refused.fingerprint)) return false;
  return refused.againAtMs === undefined || nowMs < refused.againAtMs;
}

function isPaused(state: TokenState, ask: TokenAsk): boolean {
  const isRefusal = state.trouble !== undefined && state.trouble.kind !== 'unavailable';
  const isRotated = isRefusal && ask.credentials !== undefined && ask.credentials !== state.credentials;
  return ask.nowMs < state.notBeforeMs && !isRotated;
}

function remembered({ trouble, notBeforeMs: untilMs }: TokenState): TokenDecision {
  if (trouble === undefined) return { kind: 'wait', for: 'pause', untilMs };
  const { kind, detail } = trouble;
  return { kind: kind === 'unavailable' ? 'unavailable' : 'refused', detail, untilMs };
}

/** The state with the lease in `holder`'s hand: to be stored before identity is asked. Pure. */
function takeLease(state: TokenState, ask: TokenAsk, holder: string, leaseMs = LEASE_MS): TokenState {
  const { trouble, ...rest } = chargeLease(withRefused(state, ask), ask.nowMs);
  return {
    ...nextVersion(rest),
    lease: { holder, endsAtMs: ask.nowMs + leaseMs },
    // A refused token's trouble ends with its pause.
    ...(trouble === undefined || trouble.kind === 'tokenRefused' ? {} : { trouble }),
  };
}

/** Marks the token of a confirmed refusal, unless its end explains the refusal or another took its place. */
function withRefused(state: TokenState, { nowMs, refusal }: TokenAsk): TokenState {
  if (refusal?.confirmed !== true || isOut(state, nowMs)) return state;
  const { fingerprint, served } = refusal;
  const isOver =
    state.token !== undefined && (state.token.fingerprint !== fingerprint || nowMs >= state.token.expiresAtMs);
  return isOver ? state : { ...state, refused: { fingerprint, served } };
}

function nextVersion(state: TokenState): TokenState {
  return { ...state, version: state.version + 1 };
}

export type { TokenAsk, TokenDecision };
export { decide, takeLease };
