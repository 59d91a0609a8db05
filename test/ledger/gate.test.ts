import { describe, expect, it } from 'vitest';
import { gateOf, isHealthCheckDue, refused } from '../../lib/ledger/gate.ts';
import { type LedgerState, type LineStopReason, RUNNING_LINE } from '../../lib/ledger/state.ts';
import { askOf, endOf, NOON_MS, RESET_MS, slotOf, stateOf, viewAt } from './support/builders.ts';

const SKEW_MS = 500;
const PAUSE_MS = 60_000;

interface Stopped {
  readonly line?: number;
  readonly reason?: LineStopReason;
  readonly day?: number;
  readonly operation?: number;
}

/** The state in which line, spent day and `syncLeads` may be tried again at these instants. */
function stopped({ line, reason = 'accessDenied', day, operation }: Stopped, rest: Partial<LedgerState> = {}) {
  return stateOf({
    ...(line !== undefined && { line: { ...RUNNING_LINE, stop: { reason, sinceMs: line - PAUSE_MS, untilMs: line } } }),
    ...(day !== undefined && { day: { ...stateOf().day, probeAtMs: day - SKEW_MS } }),
    ...(operation !== undefined && {
      circuits: {
        syncLeads: {
          failures: 0,
          denials: 5,
          failedAtMs: operation - PAUSE_MS,
          stop: { reason: 'accessDenied', sinceMs: operation - PAUSE_MS, untilMs: operation },
        },
      },
    }),
    ...rest,
  });
}

const WORKS = { lastSuccess: { atMs: NOON_MS - 1 } };
const CHECK = askOf({ operation: 'getDailyUsage', healthCheck: true });
const view = viewAt(NOON_MS, { clockSkewMs: SKEW_MS });
const gate = (state: LedgerState, ask = askOf()) => gateOf(state, Object.values(state.slots), ask, view);
const refusal = (reason: string, waitMs: number, detail: string) => ({
  kind: 'shut',
  refusal: { kind: 'refused', reason, waitMs, detail },
});

describe('the gate', () => {
  it('is open while nothing is stopped', () => {
    expect(gate(stopped({}))).toEqual({ kind: 'open', probes: [] });
    expect(gate(stopped({}), CHECK)).toEqual({ kind: 'open', probes: [] });
  });

  it('is shut until the last of line, day and operation, and says for which of them', () => {
    const [soon, late] = [NOON_MS + 1_000, NOON_MS + 9_000];

    expect(gate(stopped({ line: late, day: soon, operation: soon }))).toStrictEqual(
      refusal('circuit', 9_000, 'accessDenied'),
    );
    expect(gate(stopped({ line: soon, day: late, operation: soon }))).toStrictEqual(refusal('day', 9_000, 'daySpent'));
    expect(gate(stopped({ line: soon, day: soon, operation: late }))).toStrictEqual(
      refusal('operation', 9_000, 'accessDenied'),
    );
    expect(gate(stopped({ line: late, day: late, operation: late }))).toMatchObject({
      refusal: { reason: 'circuit' },
    });
  });

  it('is shut to others until Marketo has given up a probe that got no reply, and else for as long as calls take', () => {
    const probe = slotOf({ probes: ['operation'], operation: 'syncLeads' });
    const held = endOf({ atMs: NOON_MS, holdMs: 90_000, outcome: 'transient' });
    const halfOpen = stopped({ operation: NOON_MS }, { ...WORKS, slots: { 'a-0': probe }, callMs: 700 });
    const works = { lastSuccess: { atMs: NOON_MS } };

    expect(gate({ ...halfOpen, ...works })).toStrictEqual(refusal('operation', 700, 'accessDenied'));
    expect(gate({ ...halfOpen, ...works, releases: { 'a-0': held } })).toStrictEqual(
      refusal('operation', 90_000, 'accessDenied'),
    );
  });

  it('is shut until the reset when the quota is used up, with what has just been granted', () => {
    const used = (calls: number) => ({ day: { ...stateOf().day, used: calls } });
    const untilReset = refusal('day', RESET_MS + SKEW_MS - NOON_MS, 'quotaUsed');
    const limited = viewAt(NOON_MS, { clockSkewMs: SKEW_MS, dayCalls: 10 });
    const asked = (state: LedgerState, granted: number) =>
      gateOf(
        state,
        [...Object.values(state.slots), ...Array.from({ length: granted }, () => slotOf())],
        askOf(),
        limited,
      );

    expect(asked(stopped({}, { ...used(9), slots: { 'a-0': slotOf() } }), 0)).toMatchObject({ kind: 'open' });
    expect(asked(stopped({}, { ...used(9), slots: { 'a-0': slotOf() } }), 1)).toStrictEqual(untilReset);
    // Nothing is tried, and nobody asks every half second whether it was.
    const halfOpen = stopped({ line: NOON_MS, reason: 'transientFailures' }, used(10));
    expect(asked(halfOpen, 0)).toStrictEqual(untilReset);
    expect(isHealthCheckDue(halfOpen, limited)).toBe(false);
  });

  it('lets one probe through at the instant itself, and others wait for a call', () => {
    const shut = refusal('day', 700, 'daySpent');
    const probed = { 'a-0': slotOf(), 'a-1': slotOf({ probes: ['day', 'operation'], operation: 'getLeads' }) };

    expect(gate(stopped({ day: NOON_MS }))).toStrictEqual({ kind: 'open', probes: ['day'] });
    expect(gate(stopped({ day: NOON_MS + 1 }))).toMatchObject({ kind: 'shut' });
    expect(gate(stopped({ day: NOON_MS }, { callMs: 700, slots: probed }))).toStrictEqual(shut);
    expect(gate(stopped({ day: NOON_MS }, { slots: { 'a-0': slotOf() } }))).toMatchObject({ kind: 'open' });
  });

  it('lets one call try all that is half-open', () => {
    const all = stopped({ line: NOON_MS, day: NOON_MS, operation: NOON_MS }, WORKS);

    expect(gate(all)).toStrictEqual({ kind: 'open', probes: ['line', 'day', 'operation'] });
    expect(gate(all, askOf({ operation: 'getLeads' }))).toStrictEqual({ kind: 'open', probes: ['line', 'day'] });
  });

  it('lets one probe of each operation through', () => {
    const probing = (operation: string) =>
      stopped({ operation: NOON_MS }, { ...WORKS, slots: { 'a-0': slotOf({ probes: ['operation'], operation }) } });

    expect(gate(probing('getLeads'))).toStrictEqual({ kind: 'open', probes: ['operation'] });
    expect(gate(probing('syncLeads'))).toMatchObject({ refusal: { reason: 'operation', waitMs: 500 } });
  });

  it('lets a health check try the line, whatever stopped it, and never the day', () => {
    for (const reason of ['transientFailures', 'accessDenied'] as const) {
      expect(gate(stopped({ line: NOON_MS, reason, day: NOON_MS }), CHECK)).toStrictEqual({
        kind: 'open',
        probes: ['line'],
      });
    }
    expect(gate(stopped({ day: NOON_MS + 1 }), CHECK)).toMatchObject({ refusal: { reason: 'day' } });
  });

  it.each<[string, Stopped]>([
    ['the line', { line: NOON_MS - 1 }],
    ['the day', { day: NOON_MS }],
    ['an operation', { operation: NOON_MS + 9_000 }],
  ])('lets one health check through while %s is stopped', (_, what) => {
    const slots = { 'a-0': slotOf({ healthCheck: true }) };

    expect(gate(stopped(what, { slots }), CHECK)).toMatchObject({ kind: 'shut' });
    expect(gate(stopped({}, { slots }), CHECK)).toMatchObject({ kind: 'open' });
  });

  it('names whole milliseconds, and 50 of them at least', () => {
    expect(refused('slots', 49)).toStrictEqual({ kind: 'refused', reason: 'slots', waitMs: 50 });
    expect(refused('slots', 50.2, 'why')).toStrictEqual({
      kind: 'refused',
      reason: 'slots',
      waitMs: 51,
      detail: 'why',
    });
  });
});

describe('a health check', () => {
  const due = (what: Stopped, rest: Partial<LedgerState> = {}) => isHealthCheckDue(stopped(what, rest), view);

  it('is due when the line is half-open after passing failures', () => {
    expect(due({ line: NOON_MS, reason: 'transientFailures' })).toBe(true);
    expect(due({ line: NOON_MS + 1, reason: 'transientFailures' })).toBe(false);
    expect(due({ line: NOON_MS, reason: 'tokenRefused' })).toBe(false);
  });

  it('is due when an operation is half-open and nothing shows that Marketo works', () => {
    expect(due({ operation: NOON_MS })).toBe(true);
    expect(due({ operation: NOON_MS + 1 })).toBe(false);
    expect(due({ operation: NOON_MS }, WORKS)).toBe(false);
    expect(due({ operation: NOON_MS, line: NOON_MS, reason: 'tokenRefused' })).toBe(true);
  });

  it('is not due while nothing is stopped, nor while it would not be let through', () => {
    expect(due({})).toBe(false);
    expect(due({ operation: NOON_MS, line: NOON_MS + 1 })).toBe(false);
    expect(due({ operation: NOON_MS, day: NOON_MS + 1 })).toBe(false);
    expect(due({ operation: NOON_MS }, { slots: { 'a-0': slotOf({ healthCheck: true }) } })).toBe(false);
  });
});
