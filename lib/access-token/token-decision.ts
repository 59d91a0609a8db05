import { giveUp, hasStruckOut } from './token-learning.ts';
import type { HeldToken, TokenState } from './token-state.ts';

/** What the worker knows who asks for the token. */
interface TokenAsk {
  readonly nowMs: number;
  /** Fingerprint of the token that Marketo refused, when it is to be replaced. */
  readonly refused?: string | undefined;
  /** Fingerprint of credentials that were read just now: when they are others, the pause of the old ones is over. */
  readonly credentials?: string | undefined;
}

/**
 * - `use`: this token.
 * - `claim`: take the lease with {@link takeLease}, then ask identity.
 * - `giveUp`: store `next`: one identity call more would be one too many.
 * - `wait`: read again: `lease`: another asks identity; `pause`: nobody may ask before `untilMs`.
 * - `refused` and `unavailable`: remembered until `untilMs`.
 */
type TokenDecision =
  | { readonly kind: 'use'; readonly token: HeldToken }
  | { readonly kind: 'fetch' }
  | { readonly kind: 'giveUp'; readonly next: TokenState }
  | { readonly kind: 'wait'; readonly for: 'lease' | 'pause'; readonly untilMs: number }
  | { readonly kind: 'refused'; readonly detail: string; readonly untilMs: number }
  | { readonly kind: 'unavailable'; readonly detail: string; readonly untilMs: number };

/** What a worker does that finds the item in this state. Pure. */
function decide(state: TokenState, ask: TokenAsk): TokenDecision {
  const { token, lease } = state;
  if (token !== undefined && ask.nowMs < token.expiresAtMs && !isRefused(token, state, ask)) {
    return { kind: 'use', token };
  }
  if (lease !== undefined && ask.nowMs < lease.endsAtMs) {
    return { kind: 'wait', for: 'lease', untilMs: lease.endsAtMs };
  }
  if (isPaused(state, ask)) {
    return remembered(state);
  }
  const marked = withRefused(state, ask);
  return marked.refusedFingerprint !== undefined && hasStruckOut(state, ask.nowMs)
    ? { kind: 'giveUp', next: giveUp(marked, ask.nowMs) }
    : { kind: 'fetch' };
}

/**
 * A token that Marketo refused is out, until the pause for it is over: then calls may try it once more, since identity
 * hands out no other before it expires, and the fault may have been Marketo's.
 */
function isRefused(token: HeldToken, state: TokenState, ask: TokenAsk): boolean {
  if (token.fingerprint === ask.refused) return true;
  const mayTryAgain = state.trouble?.kind === 'tokenRefused' && ask.nowMs >= state.notBeforeMs;
  return token.fingerprint === state.refusedFingerprint && !mayTryAgain;
}

function isPaused(state: TokenState, ask: TokenAsk): boolean {
  const refused = state.trouble !== undefined && state.trouble.kind !== 'unavailable';
  const rotated = refused && ask.credentials !== undefined && ask.credentials !== state.credentials;
  return ask.nowMs < state.notBeforeMs && !rotated;
}

function remembered({ trouble, notBeforeMs: untilMs }: TokenState): TokenDecision {
  if (trouble === undefined) return { kind: 'wait', for: 'pause', untilMs };
  const { kind, detail } = trouble;
  return { kind: kind === 'unavailable' ? 'unavailable' : 'refused', detail, untilMs };
}

/** The state with the lease in `holder`'s hand: to be stored before identity is asked. Pure. */
function takeLease(state: TokenState, ask: TokenAsk, holder: string, leaseMs: number): TokenState {
  const { trouble, ...rest } = withRefused(state, ask);
  return {
    ...rest,
    version: state.version + 1,
    lease: { holder, endsAtMs: ask.nowMs + leaseMs },
    // The one more try that follows a refused token's pause ends here.
    ...(trouble === undefined || trouble.kind === 'tokenRefused' ? {} : { trouble }),
  };
}

function withRefused(state: TokenState, { refused }: TokenAsk): TokenState {
  return refused === undefined ? state : { ...state, refusedFingerprint: refused };
}

export type { TokenAsk, TokenDecision };
export { decide, takeLease };
