import type { View } from '../../../lib/ledger/fold.ts';
import type { PermitAsk } from '../../../lib/ledger/ledger.ts';
import { DEFAULT_LIMITS, type LedgerLimits } from '../../../lib/ledger/limits.ts';
import { EMPTY_STATE, type LedgerState, type PermitRelease, type Slot } from '../../../lib/ledger/state.ts';

/** Noon in Chicago on a winter's day: far from every reset. */
const NOON_MS = Date.UTC(2026, 1, 10, 18);
const RESET_MS = Date.UTC(2026, 1, 11, 6);

function limitsOf(change: Partial<LedgerLimits> = {}): LedgerLimits {
  return { ...DEFAULT_LIMITS, ...change };
}

/** The view of a worker whose clock agrees with all others. */
function viewAt(nowMs: number, change: Partial<LedgerLimits> = {}, aheadMs = 0): View {
  return { nowMs, limits: limitsOf(change), aheadOf: () => aheadMs };
}

function stateOf(change: Partial<LedgerState> = {}): LedgerState {
  const day = { startedAtMs: NOON_MS - 3_600_000, resetsAtMs: RESET_MS, used: 0, others: 0 };
  return { ...EMPTY_STATE, version: 1, day, ...change };
}

function slotOf(change: Partial<Slot> = {}): Slot {
  const grantedAtMs = change.grantedAtMs ?? NOON_MS;
  const notBeforeMs = change.notBeforeMs ?? grantedAtMs;
  return { grantedAtMs, notBeforeMs, leaseEndsAtMs: notBeforeMs + 35_000, keys: [], probes: [], ...change };
}

function endOf(change: Partial<PermitRelease> = {}): PermitRelease {
  return { atMs: NOON_MS + 300, holdMs: 0, outcome: 'success', counted: true, operation: 'syncLeads', ...change };
}

function askOf(change: Partial<PermitAsk> = {}): PermitAsk {
  return { operation: 'syncLeads', keys: [], hasKeyless: true, callTimeoutMs: 30_000, ...change };
}

export { askOf, endOf, limitsOf, NOON_MS, RESET_MS, slotOf, stateOf, viewAt };
