import fc from 'fast-check';

/** What is wrong with an operation for some time, and for good with its calls then. */
type Ailment = 'transient' | 'denied' | 'operationQuotaSpent';

interface Illness {
  readonly operation: number;
  readonly ailment: Ailment;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What circuits go through. Same scenario, same run. */
interface CircuitScenario {
  readonly seed: number;
  /** Different operations that calls have. */
  readonly operations: number;
  readonly illnesses: readonly Illness[];
  /** Every call fails from the first to the second. */
  readonly outageMs: readonly [number, number];
  /** The API user may not ask for the usage. */
  readonly usageDenied: boolean;
  /** A call is answered with 607, once, although the day goes on. */
  readonly daySpentAtMs: number | undefined;
  /** The day's reset comes so long after the start. */
  readonly resetAfterMs: number;
  /** Calls asked for at once, at most, and how long until the next are. */
  readonly asksAtOnce: number;
  readonly stepMs: number;
  /** Chance that a call carries nothing but messages that have failed before, and that its worker dies. */
  readonly stale: number;
  readonly death: number;
}

const MINUTE_MS = 60_000;
/** Trouble ends by then; circuits forget after an hour, which the judge does not. */
const TROUBLE_MS = 20 * MINUTE_MS;

const span = fc
  .tuple(fc.nat(TROUBLE_MS), fc.nat(TROUBLE_MS))
  .map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a]));

const illness: fc.Arbitrary<Illness> = fc
  .record({
    operation: fc.nat(23),
    ailment: fc.constantFrom<Ailment>('transient', 'transient', 'denied', 'operationQuotaSpent'),
    span,
  })
  .map(({ operation, ailment, span: [fromMs, toMs] }) => ({ operation, ailment, fromMs, toMs }));

const circuitScenario: fc.Arbitrary<CircuitScenario> = fc.record({
  seed: fc.nat(0x7fffffff),
  operations: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 24 })),
  illnesses: fc.oneof(fc.array(illness, { maxLength: 4 }), fc.array(illness, { minLength: 20, maxLength: 40 })),
  outageMs: fc.oneof(fc.constant<[number, number]>([0, 0]), span),
  usageDenied: fc.boolean(),
  daySpentAtMs: fc.option(fc.nat(TROUBLE_MS), { nil: undefined, freq: 6 }),
  resetAfterMs: fc.constantFrom(10 * MINUTE_MS, 15 * MINUTE_MS, 600 * MINUTE_MS),
  asksAtOnce: fc.integer({ min: 1, max: 5 }),
  stepMs: fc.constantFrom(1_500, 5_000, 15_000),
  stale: fc.constantFrom(0, 0.3, 0.8),
  death: fc.constantFrom(0, 0.02),
});

export type { Ailment, CircuitScenario };
export { circuitScenario, MINUTE_MS, TROUBLE_MS };
