import fc from 'fast-check';
import { ALL_FAULTS, NO_FAULTS, type Scenario } from '../../../lib/simulation/fleet/fleet-scenario.ts';
import { limitsOf } from './builders.ts';

const SKEW_MS = 500;
/** What drift may add to the difference of two clocks in the course of a run. */
const DRIFT_ROOM_MS = 15;

/** Half a minute before the day resets in Chicago: in winter, in summer, on the days of 23 and of 25 hours. */
const RESETS = ['2026-01-16T06:00Z', '2026-07-16T05:00Z', '2026-03-08T06:00Z', '2026-11-01T05:00Z'].map((text) =>
  Date.parse(text),
);
const BEFORE_RESET_MS = 30_000;

const range = (low: number, high: number) =>
  fc
    .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
    .map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a]));

/** Clocks of which no two, the server's included, differ by more than the skew allowed for. */
const clocks = fc
  .record({
    earliest: fc.integer({ min: -(SKEW_MS - DRIFT_ROOM_MS), max: 0 }),
    offsets: fc.array(fc.nat(SKEW_MS - DRIFT_ROOM_MS), { minLength: 1, maxLength: 8 }),
    drifts: fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 8, maxLength: 8 }),
  })
  .map(({ earliest, offsets, drifts }) =>
    offsets.map((offset, index) => ({ offsetMs: earliest + offset, driftPpm: drifts[index] ?? 0 })),
  );

const limits = fc
  .record({
    windowCalls: fc.integer({ min: 1, max: 16 }),
    windowMs: fc.constantFrom(3_000, 10_000, 20_000),
    slots: fc.integer({ min: 1, max: 5 }),
    dayCalls: fc.integer({ min: 3, max: 60 }),
    backfill: fc.option(fc.record({ dayCalls: fc.integer({ min: 1, max: 60 }) }), { nil: undefined }),
  })
  .map(({ backfill, ...some }) => limitsOf({ ...some, ...(backfill && { backfill }), clockSkewMs: SKEW_MS }));

/** Everything goes wrong at once, with any limits and latencies, across a reset of the day. */
const arbitraryScenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(0x7fffffff),
  limits,
  startMs: fc.constantFrom(...RESETS).map((resetMs) => resetMs - BEFORE_RESET_MS),
  durationMs: fc.constant(60_000),
  workers: fc.integer({ min: 1, max: 8 }),
  clocks,
  asksAtOnce: fc.integer({ min: 1, max: 4 }),
  backfillShare: fc.constantFrom(0, 0.5, 0.9),
  keyPool: fc.integer({ min: 1, max: 20 }),
  keysPerCall: fc.integer({ min: 0, max: 4 }),
  operations: fc.integer({ min: 1, max: 4 }),
  brokenOperations: fc.constantFrom(0, 0, 1),
  uplinkMs: range(1, 900),
  workMs: range(1, 3_500),
  downlinkMs: range(1, 900),
  tableMs: range(2, 120),
  serverTimeoutMs: fc.constant(3_000),
  outageMs: range(0, 60_000),
  faults: fc.constant(ALL_FAULTS),
});

/** The same, but nobody dies, stands still or is misunderstood: then the counts must agree to a call. */
const orderlyScenario: fc.Arbitrary<Scenario> = arbitraryScenario.map((scenario) => ({
  ...scenario,
  startMs: scenario.startMs - 3_600_000,
  faults: { ...NO_FAULTS, endRepeated: 0.3, releaseRepeated: 0.3, starred: 0.4, abandoned: 0.2, swapReplyLost: 0.05 },
}));

export { arbitraryScenario, orderlyScenario };
