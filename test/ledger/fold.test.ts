import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '../../lib/ledger/fold.ts';
import type { CallOutcome } from '../../lib/ledger/ledger.ts';
import type { Day, LedgerState, PermitRelease, Slot } from '../../lib/ledger/state.ts';
import { arbitraryState } from './support/arbitrary-state.ts';
import { endOf, NOON_MS, RESET_MS, slotOf, stateOf, viewAt } from './support/builders.ts';
import { RUNS } from './support/runs.ts';

const LATER = NOON_MS + 1_000;
const HALF_HOUR_MS = 1_800_000;

function withCall(slot: Partial<Slot>, end?: Partial<PermitRelease>, rest: Partial<LedgerState> = {}): LedgerState {
  return stateOf({ slots: { 'a-0': slotOf(slot) }, releases: end ? { 'a-0': endOf(end) } : {}, ...rest });
}

const usedToday = (used: number, change: Partial<Day> = {}): Day => ({ ...stateOf().day, used, ...change });

describe('folding a call that ended', () => {
  it('moves it from its slot into the window, stamped with its end', () => {
    const folded = fold(withCall({}, { atMs: NOON_MS + 300 }), viewAt(LATER));

    expect(folded.slots).toEqual({});
    expect(folded.releases).toEqual({});
    expect(folded.windowCalls).toEqual([{ atMs: NOON_MS + 300, worker: 'a' }]);
  });

  it('keeps the slot of a call without reply until Marketo must have given up, by the slowest clock', () => {
    const state = withCall({}, { atMs: NOON_MS + 300, holdMs: 30_000, outcome: 'transient' });

    const held = fold(state, viewAt(NOON_MS + 30_799, {}, 500));
    const freed = fold(state, viewAt(NOON_MS + 30_800, {}, 500));

    expect(Object.keys(held.slots)).toEqual(['a-0']);
    expect(Object.keys(held.releases)).toEqual(['a-0']);
    expect(freed.slots).toEqual({});
    expect(freed.windowCalls).toEqual([{ atMs: NOON_MS + 30_300, worker: 'a' }]);
  });

  it('keeps the slot of a silent worker until its lease ends, by the slowest clock, and counts the call', () => {
    const state = withCall({ leaseEndsAtMs: NOON_MS + 35_000 }, undefined, { day: usedToday(7) });

    const held = fold(state, viewAt(NOON_MS + 35_499, {}, 500));
    const freed = fold(state, viewAt(NOON_MS + 35_500, {}, 500));

    expect(Object.keys(held.slots)).toEqual(['a-0']);
    expect(freed.windowCalls).toEqual([{ atMs: NOON_MS + 35_000, worker: 'a' }]);
    expect(freed.day.used).toBe(7);
  });

  it('gives window and day back for a permit that was not used', () => {
    const folded = fold(withCall({}, { outcome: 'unused', counted: false }, { day: usedToday(7) }), viewAt(LATER));

    expect(folded.windowCalls).toEqual([]);
    expect(folded.day.used).toBe(6);
  });

  it('gives the day back for a starred reply, not the window', () => {
    const folded = fold(withCall({}, { outcome: 'transient', counted: false }, { day: usedToday(7) }), viewAt(LATER));

    expect(folded.windowCalls).toHaveLength(1);
    expect(folded.day.used).toBe(6);
  });

  it('gives nothing back for an end whose slot is gone: late or repeated', () => {
    const state = stateOf({ releases: { 'a-0': endOf({ outcome: 'transient', counted: false }) }, day: usedToday(7) });

    const folded = fold(state, viewAt(LATER));

    expect(folded.day.used).toBe(7);
    expect(folded.releases).toEqual({});
  });

  it('learns how long calls take, from those that succeed', () => {
    const slow = fold(withCall({}, { atMs: NOON_MS + 5_500 }, { callMs: 500 }), viewAt(NOON_MS + 6_000));
    const failed = fold(withCall({}, { atMs: NOON_MS + 5_500, outcome: 'transient' }), viewAt(NOON_MS + 6_000));

    expect(slow.callMs).toBe(1_500);
    expect(failed.callMs).toBe(500);
  });

  it.each<[CallOutcome, 'adaptiveWindow' | 'adaptiveSlots']>([
    ['windowSpent', 'adaptiveWindow'],
    ['slotsSpent', 'adaptiveSlots'],
  ])('lowers a limit after %s', (outcome, name) => {
    const folded = fold(withCall({}, { outcome }), viewAt(LATER));

    expect(folded[name]).toEqual({ limit: 1, atMs: NOON_MS + 300 });
    expect(folded).not.toHaveProperty(name === 'adaptiveWindow' ? 'adaptiveSlots' : 'adaptiveWindow');
  });

  it('lowers the window to a share of what counted when the call ended: in the window, or under way', () => {
    const atMs = NOON_MS + 300;
    const recent = Array.from({ length: 8 }, (_, n) => ({ atMs: NOON_MS - 1_000 * n, worker: 'b' }));
    const state = stateOf({
      slots: { 'a-0': slotOf(), 'b-1': slotOf(), 'b-2': slotOf() },
      releases: { 'a-0': endOf({ atMs, outcome: 'windowSpent' }) },
      windowCalls: [{ atMs: atMs - 20_000, worker: 'b' }, ...recent],
    });

    // Eight, the call itself and two under way; the ninth had just left the window.
    expect(fold(state, viewAt(LATER)).adaptiveWindow).toEqual({ limit: 8, atMs });
  });

  it('takes a recorded reply for come, whatever the clocks say', () => {
    const folded = fold(withCall({}, { atMs: NOON_MS + 300 }), viewAt(NOON_MS + 100, {}, 500));

    expect(folded.slots).toEqual({});
  });

  it('gives a permit that was not used back, even if it says that it counts', () => {
    expect(fold(withCall({}, { outcome: 'unused' }, { day: usedToday(7) }), viewAt(LATER)).day.used).toBe(6);
  });

  it('puts calls into the window in the order of their ends, and of their ids where they ended at once', () => {
    const releases = { 'b-0': endOf(), 'c-0': endOf({ atMs: NOON_MS + 100 }), 'a-0': endOf(), 'd-0': endOf() };
    const slots = Object.fromEntries(Object.keys(releases).map((id) => [id, slotOf()]));

    const folded = fold(stateOf({ slots, releases }), viewAt(LATER));

    expect(folded.windowCalls.map((call) => call.worker)).toEqual(['c', 'a', 'b', 'd']);
  });

  it('opens the circuit from the end of the failed call, counting in the order of ends', () => {
    const failures = [1, 2, 3, 4, 5].map(
      (n) => [`a-${n}`, endOf({ outcome: 'transient', atMs: NOON_MS + n })] as const,
    );
    const slots = Object.fromEntries(failures.toReversed().map(([id]) => [id, slotOf()]));

    const folded = fold(stateOf({ slots, releases: Object.fromEntries(failures.reverse()) }), viewAt(LATER));

    expect(folded.circuits.syncLeads?.stop).toEqual({
      reason: 'transientFailures',
      sinceMs: NOON_MS + 5,
      untilMs: NOON_MS + 5 + 5_000,
    });
    expect(folded.line.stop).toBeUndefined();
  });
});

describe('the last success', () => {
  const after = (end: Partial<PermitRelease>, slot: Partial<Slot> = {}) =>
    fold(withCall(slot, end, { lastSuccess: { atMs: NOON_MS + 100, token: 1 } }), viewAt(LATER)).lastSuccess;

  it('is the latest of any call, with its token', () => {
    expect(after({ token: 2 })).toEqual({ atMs: NOON_MS + 300, token: 2 });
    expect(after({ outcome: 'operationQuotaSpent' })).toEqual({ atMs: NOON_MS + 300 });
    expect(after({ token: 2, atMs: NOON_MS + 50 })).toEqual({ atMs: NOON_MS + 100, token: 1 });
  });

  it.each(['denied', 'daySpent', 'windowSpent', 'slotsSpent'] as const)(
    'is a health check answered with %s',
    (outcome) => {
      expect(after({ outcome, token: 2 }, { healthCheck: true })).toEqual({ atMs: NOON_MS + 300, token: 2 });
      expect(after({ outcome, token: 2 })).toEqual({ atMs: NOON_MS + 100, token: 1 });
    },
  );

  it.each(['transient', 'neutral', 'tokenRefused', 'unused'] as const)('is no call that ended as %s', (outcome) => {
    expect(after({ outcome, token: 2 }, { healthCheck: true })).toEqual({ atMs: NOON_MS + 100, token: 1 });
  });
});

describe('folding the day', () => {
  it('starts the new day only when the reset has passed by every clock', () => {
    const before = fold(stateOf({ day: usedToday(900) }), viewAt(RESET_MS + 499));
    const after = fold(stateOf({ day: usedToday(900) }), viewAt(RESET_MS + 500));

    expect(before.day.used).toBe(900);
    expect(after.day).toEqual({ startedAtMs: RESET_MS + 500, resetsAtMs: RESET_MS + 86_400_000, used: 0, others: 0 });
  });

  it('carries over calls that may have arrived after the reset: under way, or ended since', () => {
    const state = stateOf({
      slots: { 'a-0': slotOf({ grantedAtMs: RESET_MS - 100 }), 'a-1': slotOf({ grantedAtMs: RESET_MS - 900 }) },
      releases: { 'a-1': endOf({ atMs: RESET_MS + 50 }) },
      windowCalls: [
        { atMs: RESET_MS - 501, worker: 'a' },
        { atMs: RESET_MS - 400, worker: 'a' },
      ],
      day: usedToday(900),
    });

    expect(fold(state, viewAt(RESET_MS + 600)).day.used).toBe(3);
  });

  it('carries over a call that ended just so long before the reset as clocks may differ', () => {
    const windowCalls = [-501, -500].map((ms) => ({ atMs: RESET_MS + ms, worker: 'a' }));

    expect(fold(stateOf({ windowCalls, day: usedToday(900) }), viewAt(RESET_MS + 600)).day.used).toBe(1);
  });

  it('carries over a call that has left the window since', () => {
    const slots = { 'a-0': slotOf({ grantedAtMs: RESET_MS - 1_000 }) };
    const releases = { 'a-0': endOf({ atMs: RESET_MS + 2_000 }) };

    const folded = fold(stateOf({ slots, releases, day: usedToday(900) }), viewAt(RESET_MS + 40_000));

    expect(folded.windowCalls).toEqual([]);
    expect(folded.day.used).toBe(1);
  });

  it('forgets, with the old day, what others used', () => {
    const day = usedToday(900, { others: 300, othersAtMs: NOON_MS });

    expect(fold(stateOf({ day }), viewAt(RESET_MS + 1_000)).day).not.toHaveProperty('othersAtMs');
  });

  it('waits for a probe after a 607, however late', () => {
    const spent = fold(withCall({}, { outcome: 'daySpent' }, { day: usedToday(900) }), viewAt(LATER));

    expect(spent.day.probeAtMs).toBe(NOON_MS + 300 + HALF_HOUR_MS);
    expect(fold(spent, viewAt(RESET_MS + 9_000_000)).day.used).toBe(900);
  });

  it('tries a spent day at its reset, when that comes before the half hour is over', () => {
    const atMs = RESET_MS - HALF_HOUR_MS + 1;
    const state = withCall({ grantedAtMs: atMs }, { atMs, outcome: 'daySpent' });

    expect(fold(state, viewAt(atMs + 100)).day.probeAtMs).toBe(RESET_MS);
  });

  it('takes no notice of a 607 of a call granted before the day began', () => {
    const day = usedToday(5, { startedAtMs: NOON_MS + 10 });

    expect(fold(withCall({}, { outcome: 'daySpent' }, { day }), viewAt(LATER)).day).not.toHaveProperty('probeAtMs');
  });

  it('heeds a 607 of a call granted as the day began', () => {
    const day = usedToday(5, { startedAtMs: NOON_MS });

    expect(fold(withCall({}, { outcome: 'daySpent' }, { day }), viewAt(LATER)).day.probeAtMs).toBe(
      NOON_MS + 300 + HALF_HOUR_MS,
    );
  });

  it('begins no new day with a probe that fails, nor with the success of another call', () => {
    const day = usedToday(900, { probeAtMs: RESET_MS });
    const after = (slot: Partial<Slot>, outcome: CallOutcome) =>
      fold(withCall(slot, { outcome }, { day }), viewAt(LATER)).day;

    expect(after({ probes: ['day'] }, 'transient')).toEqual(day);
    expect(after({ probes: ['line'] }, 'success')).toEqual(day);
  });

  it('goes on with the day whose probe succeeds before a reset may have come, and keeps its count', () => {
    const probeAtMs = NOON_MS - 100;
    const day = usedToday(900, { probeAtMs, others: 50 });

    expect(fold(withCall({ probes: ['day'] }, {}, { day }), viewAt(LATER)).day).toEqual(usedToday(900, { others: 50 }));
  });

  it('begins the new day with a probe that succeeds long after the reset that it waited for', () => {
    const grantedAtMs = RESET_MS + 60_000;
    const day = usedToday(900, { probeAtMs: RESET_MS - 60_000 });
    const state = withCall({ grantedAtMs, probes: ['day'] }, { atMs: grantedAtMs + 300 }, { day });

    expect(fold(state, viewAt(grantedAtMs + 400)).day).toMatchObject({ used: 1, startedAtMs: grantedAtMs + 400 });
  });

  it('begins the new day with the probe that succeeds, and what else may have arrived since', () => {
    const at = RESET_MS + 600;
    const state = stateOf({
      slots: { 'a-0': slotOf({ grantedAtMs: at, probes: ['day'] }), 'b-0': slotOf({ grantedAtMs: RESET_MS - 50 }) },
      releases: { 'a-0': endOf({ atMs: at + 300 }) },
      day: usedToday(900, { probeAtMs: RESET_MS }),
    });

    const { day } = fold(state, viewAt(at + 400));

    expect(day).toEqual({ startedAtMs: at + 400, resetsAtMs: RESET_MS + 86_400_000, used: 2, others: 0 });
  });
});

describe('folding', () => {
  it('drops calls that have left the window, and limits that have recovered', () => {
    const windowCalls = [
      { atMs: NOON_MS - 20_002, worker: 'a' },
      { atMs: NOON_MS - 20_001, worker: 'a' },
    ];
    const adaptiveWindow = { limit: 30, atMs: NOON_MS - 400_000 };

    const folded = fold(stateOf({ windowCalls, adaptiveWindow }), viewAt(NOON_MS));

    expect(folded.windowCalls).toEqual([windowCalls[1]]);
    expect(folded).not.toHaveProperty('adaptiveWindow');
  });

  it.each(['adaptiveWindow', 'adaptiveSlots'] as const)('keeps %s until it has recovered', (name) => {
    const learned = { limit: 3, atMs: NOON_MS };
    // By one slot, or two and a half calls, with every window.
    const recoveredMs = name === 'adaptiveSlots' ? 40_000 : 376_000;

    expect(fold(stateOf({ [name]: learned }), viewAt(NOON_MS + recoveredMs - 1))[name]).toEqual(learned);
    expect(fold(stateOf({ [name]: learned }), viewAt(NOON_MS + recoveredMs))).not.toHaveProperty(name);
  });

  it('twice gives what once gives', () => {
    fc.assert(
      fc.property(arbitraryState, fc.integer({ min: -500, max: 500 }), (state, aheadMs) => {
        const view = viewAt(LATER, {}, aheadMs);
        const once = fold(state, view);

        expect(fold(once, view)).toEqual(once);
      }),
      RUNS,
    );
  });

  it('never loses a call: what leaves its slot is in the window, gone from it, or was not used', () => {
    fc.assert(
      fc.property(arbitraryState, (state) => {
        const folded = fold(state, viewAt(LATER));
        for (const [id, slot] of Object.entries(state.slots)) {
          const end = state.releases[id];
          const endedAtMs = end === undefined ? slot.leaseEndsAtMs : end.atMs + end.holdMs;
          const worker = id.slice(0, id.indexOf('-'));
          const isCounted =
            folded.slots[id] !== undefined ||
            folded.windowCalls.some((call) => call.worker === worker && call.atMs === endedAtMs) ||
            endedAtMs + 20_000 <= LATER ||
            end?.outcome === 'unused';
          expect(isCounted, id).toBe(true);
        }
      }),
      RUNS,
    );
  });
});
