import fc from 'fast-check';
import { KEY_BITS } from '../../../lib/ledger/keys.ts';
import type { CallOutcome } from '../../../lib/ledger/ledger.ts';
import type { LedgerState, LineStopReason, OperationStopReason, Probe } from '../../../lib/ledger/state.ts';
import { NOON_MS, RESET_MS } from './builders.ts';

const OUTCOMES: readonly CallOutcome[] = [
  'success',
  'transient',
  'windowSpent',
  'slotsSpent',
  'daySpent',
  'operationQuotaSpent',
  'denied',
  'tokenRefused',
  'unused',
  'neutral',
];
const LINE_REASONS: readonly LineStopReason[] = [
  'transientFailures',
  'accessDenied',
  'tokenRefused',
  'credentialsRefused',
];
const OPERATION_REASONS: readonly OperationStopReason[] = ['transientFailures', 'accessDenied', 'quotaSpent'];
const PROBES: readonly Probe[] = ['line', 'operation', 'day'];

const workers = fc.constantFrom('a1b2c3d', 'zz', 'q0w9e8r', 'k');
const operations = fc.constantFrom('syncLeads', 'getLeads', 'unknown', 'removeNamedAccountListMembers');
const around = fc.integer({ min: NOON_MS - 60_000, max: NOON_MS + 60_000 });
const tokens = fc.nat(0xffffffff);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const slot = fc
  .record({
    grantedAtMs: around,
    aheadMs: fc.nat(2_000),
    leaseMs: fc.integer({ min: 1_000, max: 120_000 }),
    keys: fc.uniqueArray(fc.nat(2 ** KEY_BITS - 1), { maxLength: 5 }),
    probes: fc.subarray([...PROBES]),
    operation: operations,
    healthCheck: fc.boolean(),
    isBackfill: fc.boolean(),
  })
  .map(({ grantedAtMs, aheadMs, leaseMs, keys, probes, operation, healthCheck, isBackfill }) => {
    const notBeforeMs = grantedAtMs + aheadMs;
    return {
      grantedAtMs,
      notBeforeMs,
      leaseEndsAtMs: notBeforeMs + leaseMs,
      // As they are stored.
      keys: keys.toSorted((one, other) => one - other),
      probes,
      ...(probes.includes('operation') && { operation }),
      ...(healthCheck && { healthCheck: true as const }),
      ...(isBackfill && { lane: 'backfill' as const }),
    };
  });

const end = fc
  .record({
    atMs: around,
    holdMs: fc.oneof(fc.constant(0), fc.nat(90_000)),
    outcome: fc.constantFrom(...OUTCOMES),
    counted: fc.boolean(),
    operation: maybe(operations),
    token: maybe(tokens),
    marksUntilMs: maybe(around),
  })
  .map(({ operation, token, marksUntilMs, ...rest }) => ({
    ...rest,
    ...(operation !== undefined && { operation }),
    ...(token !== undefined && { token }),
    ...(marksUntilMs !== undefined && { marksUntilMs }),
  }));

const ids = fc.tuple(workers, fc.nat(40)).map(([worker, number]) => `${worker}-${number.toString(36)}`);
const learned = fc.record({ limit: fc.integer({ min: 1, max: 99 }), atMs: around });

function stopOf<Reason>(reasons: readonly Reason[]) {
  return fc
    .record({ reason: fc.constantFrom(...reasons), sinceMs: around, pauseMs: fc.constantFrom(5_000, 60_000) })
    .map(({ reason, sinceMs, pauseMs }) => ({ reason, sinceMs, untilMs: sinceMs + pauseMs }));
}

/** Operations are named where there are failures. */
const run = fc.oneof(
  fc.constant({ count: 0, operations: [] }),
  fc.record({ count: fc.integer({ min: 1, max: 9 }), operations: fc.uniqueArray(operations, { maxLength: 2 }) }),
);

const line = fc
  .record({ failures: run, denials: run, stop: maybe(stopOf(LINE_REASONS)) })
  .map(({ stop, ...runs }) => ({ ...runs, ...(stop && { stop }) }));

const circuit = fc
  .record({ failures: fc.nat(9), denials: fc.nat(9), failedAtMs: around, stop: maybe(stopOf(OPERATION_REASONS)) })
  .map(({ stop, ...rest }) => ({ ...rest, ...(stop && { stop }) }));

const lastSuccess = fc
  .record({ atMs: around, token: maybe(tokens) })
  .map(({ atMs, token }) => ({ atMs, ...(token !== undefined && { token }) }));

/** As they are stored: hundredths, and whole calls. */
const hundredths = fc.nat(6_000).map((value) => value / 100);
const lanes = fc.record({
  pressure: fc.record({ surge: hundredths, usualSurge: hundredths, usualSlots: hundredths, atMs: around }),
  backfillStartMs: fc.oneof(fc.constant(0), around),
  hours: fc.record({
    hour: fc.integer({ min: Math.floor(NOON_MS / 3_600_000) - 30, max: Math.floor(NOON_MS / 3_600_000) }),
    calls: fc.nat(20_000),
    byHour: fc.array(fc.integer({ min: -1, max: 40_000 }), { minLength: 24, maxLength: 24 }),
  }),
});

/** Any state that the register might hold, likely or not: some releases have no slot. */
const arbitraryState: fc.Arbitrary<LedgerState> = fc
  .record({
    version: fc.integer({ min: 1, max: 1_000_000 }),
    slots: fc.dictionary(ids, slot, { maxKeys: 8, noNullPrototype: true }),
    releases: fc.dictionary(ids, end, { maxKeys: 4, noNullPrototype: true }),
    endsOfSlots: fc.array(end, { maxLength: 8 }),
    windowCalls: fc.array(fc.record({ atMs: around, worker: workers }), { maxLength: 30 }),
    lastStartMs: around,
    used: fc.nat(60_000),
    others: fc.nat(1_000),
    backfill: maybe(fc.nat(1_000)),
    lanes: maybe(lanes),
    resetsInMs: fc.integer({ min: -3_600_000, max: RESET_MS - NOON_MS }),
    othersAtMs: maybe(around),
    probeAtMs: maybe(around),
    line,
    circuits: fc.dictionary(operations, circuit, { maxKeys: 4, noNullPrototype: true }),
    lastSuccess: maybe(lastSuccess),
    adaptiveWindow: maybe(learned),
    adaptiveSlots: maybe(learned),
    marksUntilMs: maybe(around),
    callMs: fc.integer({ min: 1, max: 90_000 }),
  })
  .map((one) => ({
    version: one.version,
    slots: one.slots,
    releases: {
      ...one.releases,
      ...Object.fromEntries(one.endsOfSlots.map((value, at) => [Object.keys(one.slots)[at] ?? 'k-zz', value])),
    },
    windowCalls: one.windowCalls,
    lastStartMs: one.lastStartMs,
    day: {
      startedAtMs: NOON_MS - 7_200_000,
      resetsAtMs: NOON_MS + one.resetsInMs,
      used: one.used,
      others: one.others,
      ...(one.backfill !== undefined && { backfill: one.backfill }),
      ...(one.othersAtMs !== undefined && { othersAtMs: one.othersAtMs }),
      ...(one.probeAtMs !== undefined && { probeAtMs: one.probeAtMs }),
    },
    line: one.line,
    circuits: one.circuits,
    ...(one.lastSuccess && { lastSuccess: one.lastSuccess }),
    ...(one.adaptiveWindow && { adaptiveWindow: one.adaptiveWindow }),
    ...(one.adaptiveSlots && { adaptiveSlots: one.adaptiveSlots }),
    ...(one.marksUntilMs !== undefined && { marksUntilMs: one.marksUntilMs }),
    callMs: one.callMs,
    ...(one.lanes && { lanes: one.lanes }),
  }));

export { arbitraryState };
