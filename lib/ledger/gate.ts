import type { View } from './fold.ts';
import type { PermitAnswer, RefusalReason } from './ledger.ts';
import type { LedgerState } from './state.ts';

/** Shortest wait that a refusal names: asking again sooner would find nothing new. */
const SHORTEST_WAIT_MS = 50;

type Refusal = Extract<PermitAnswer, { kind: 'refused' }>;

function refused(reason: RefusalReason, waitMs: number, detail?: string): Refusal {
  const bounded = Math.max(SHORTEST_WAIT_MS, Math.ceil(waitMs));
  return { kind: 'refused', reason, waitMs: bounded, ...(detail !== undefined && { detail }) };
}

/**
 * Whether the line runs, and what stops it: an open circuit or a spent day. `open`: it runs, each call is decided on its
 * own. `shut`: every call gets `refusal`. `probe`: one call is let through, and every other gets `refusal`.
 */
type Gate = { readonly kind: 'open' } | { readonly kind: 'shut' | 'probe'; readonly refusal: Refusal };

/** @param state folded to `nowMs`. */
function gateOf(state: LedgerState, { nowMs, limits }: View): Gate {
  const { circuit, day } = state;
  const circuitOpensAtMs = circuit.stop?.untilMs ?? 0;
  const dayOpensAtMs = day.probeAtMs === undefined ? 0 : day.probeAtMs + limits.clockSkewMs;
  const opensAtMs = Math.max(circuitOpensAtMs, dayOpensAtMs);
  if (opensAtMs === 0) return { kind: 'open' };
  const reason = circuitOpensAtMs >= dayOpensAtMs ? 'circuit' : 'day';
  const refusal = (waitMs: number): Refusal =>
    refused(reason, waitMs, reason === 'circuit' ? circuit.stop?.reason : undefined);
  if (nowMs < opensAtMs) return { kind: 'shut', refusal: refusal(opensAtMs - nowMs) };
  const probing = Object.values(state.slots).some((slot) => slot.probe);
  return { kind: probing ? 'shut' : 'probe', refusal: refusal(state.callMs) };
}

export type { Gate, Refusal };
export { gateOf, refused };
