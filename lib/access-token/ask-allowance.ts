import { ASK_BURST, ASK_INTERVAL_MS } from './policy.ts';
import type { TokenState } from './token-state.ts';

/** The second call that a rotation of the credentials can add under the same lease. */
const MAX_ASKS_PER_LEASE = 2;

/** When the allowance lets identity be asked: in the past, where it may be asked now. Pure. */
function mayAskFromMs({ asksPaidUntilMs }: TokenState): number {
  return asksPaidUntilMs - (ASK_BURST - 1) * ASK_INTERVAL_MS;
}

/** Charges a lease with the most calls it can lead to: a holder that dies cannot say how many it made. Pure. */
function chargeLease(state: TokenState, nowMs: number): TokenState {
  const fromMs = Math.max(state.asksPaidUntilMs, nowMs);
  return { ...state, asksPaidUntilMs: fromMs + MAX_ASKS_PER_LEASE * ASK_INTERVAL_MS };
}

/** Gives back what the holder did not use. Pure. */
function settleCharge(state: TokenState, asks: number): TokenState {
  return { ...state, asksPaidUntilMs: state.asksPaidUntilMs - (MAX_ASKS_PER_LEASE - asks) * ASK_INTERVAL_MS };
}

export { chargeLease, mayAskFromMs, settleCharge };
