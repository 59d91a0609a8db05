import { describe, expect, it } from 'vitest';
import { admit } from '../../lib/ledger/admit.ts';
import type { PermitAnswer, PermitAsk } from '../../lib/ledger/ledger.ts';
import type { LedgerLimits } from '../../lib/ledger/limits.ts';
import { type LedgerState, type LineStopReason, RUNNING_LINE, type Slot } from '../../lib/ledger/state.ts';
import { askOf, endOf, NOON_MS, RESET_MS, slotOf, stateOf, viewAt } from './support/builders.ts';

const SMALL: Partial<LedgerLimits> = { windowCalls: 4, slots: 4 };

function ask(state: LedgerState, asks: readonly PermitAsk[], limits = SMALL, nowMs = NOON_MS, together = 1) {
  const ids = asks.map((_, index) => `me-${index}`);
  return admit(state, asks, ids, viewAt(nowMs, limits), together);
}

const kinds = (answers: readonly PermitAnswer[]): string[] =>
  answers.map((one) => (one.kind === 'granted' ? 'granted' : one.reason));
const slots = (...list: Partial<Slot>[]): Record<string, Slot> =>
  Object.fromEntries(list.map((slot, index) => [`x-${index}`, slotOf(slot)]));
const ended = (...agesMs: number[]) => agesMs.map((ageMs) => ({ atMs: NOON_MS - ageMs, worker: 'x' }));

describe('admission', () => {
  it('grants several calls in one step, each with its slot and its count', () => {
    const { state, answers } = ask(stateOf(), [askOf(), askOf({ keys: [7] }), askOf()]);

    expect(kinds(answers)).toEqual(['granted', 'granted', 'granted']);
    expect(state.version).toBe(2);
    expect(state.day.used).toBe(3);
    expect(state.slots['me-1']).toEqual({
      grantedAtMs: NOON_MS,
      notBeforeMs: NOON_MS,
      leaseEndsAtMs: NOON_MS + 5_000 + 30_000,
      keys: [7],
      probes: [],
    });
  });

  it('grants what there is and refuses the rest', () => {
    const { answers } = ask(stateOf({ windowCalls: ended(1_000, 2_000) }), [askOf(), askOf(), askOf()]);

    expect(kinds(answers)).toEqual(['granted', 'granted', 'window']);
  });

  it('leaves the version and the counts alone when all is refused', () => {
    const { state } = ask(stateOf({ slots: slots({}, {}, {}, {}) }), [askOf()]);

    expect([state.version, state.day.used]).toEqual([1, 0]);
  });
});

describe('the window', () => {
  it('says when the next place opens', () => {
    const { answers } = ask(stateOf({ windowCalls: ended(1_000, 2_000, 3_000, 4_000) }), [askOf()]);

    expect(answers).toEqual([{ kind: 'refused', reason: 'window', waitMs: 16_002 }]);
  });

  it('grants a permit ahead for a place that opens soon', () => {
    const { answers } = ask(stateOf({ windowCalls: ended(1_000, 2_000, 3_000, 19_000) }), [askOf()]);

    expect(answers[0]).toMatchObject({
      kind: 'granted',
      permit: { notBeforeMs: NOON_MS + 1_002, sendByMs: NOON_MS + 6_002 },
    });
  });

  it('does not leave so many slots idle that calls lack them', () => {
    // Calls take 15 s: in 20 s four of them need three of the four slots.
    const state = stateOf({ windowCalls: ended(19_000, 19_100, 19_200, 19_300), callMs: 15_000 });

    expect(kinds(ask(state, [askOf(), askOf()]).answers)).toEqual(['granted', 'window']);
  });

  it('counts the slots that idle already, and those only', () => {
    const opening = ended(19_300, 19_200, 19_100);
    const idle = stateOf({ windowCalls: opening, slots: slots({ notBeforeMs: NOON_MS + 500 }), callMs: 15_000 });
    const busy = stateOf({ windowCalls: opening, slots: slots({ notBeforeMs: NOON_MS }), callMs: 15_000 });

    expect(kinds(ask(idle, [askOf()]).answers)).toEqual(['window']);
    expect(kinds(ask(busy, [askOf()]).answers)).toEqual(['granted']);
  });

  it('grants a place two seconds ahead, and none further', () => {
    const opensInMs = (ms: number) => stateOf({ windowCalls: ended(1_000, 2_000, 3_000, 20_002 - ms) });

    expect(kinds(ask(opensInMs(2_000), [askOf()]).answers)).toEqual(['granted']);
    expect(ask(opensInMs(2_001), [askOf()]).answers).toEqual([{ kind: 'refused', reason: 'window', waitMs: 2_001 }]);
  });

  it('that calls under way fill alone opens a window after the first of them ends', () => {
    const state = stateOf({ slots: slots({}, { grantedAtMs: NOON_MS - 300 }), callMs: 500 });

    const { answers } = ask(state, [askOf()], { windowCalls: 2, slots: 4 });

    expect(answers).toEqual([{ kind: 'refused', reason: 'window', waitMs: 20_200 }]);
  });

  it('spreads free places over the window once a burst is taken', () => {
    const state = stateOf({
      windowCalls: ended(...Array.from({ length: 25 }, (_, n) => 10 * n)),
      lastStartMs: NOON_MS,
    });

    const { answers } = ask(state, [askOf(), askOf()], { windowCalls: 100, slots: 10 });

    expect(answers.map((one) => one.kind === 'granted' && one.permit.notBeforeMs - NOON_MS)).toEqual([160, 320]);
  });

  it('is as small as was learnt', () => {
    const adaptiveWindow = { limit: 1, atMs: NOON_MS };

    const { answers } = ask(stateOf({ adaptiveWindow, windowCalls: ended(1_000) }), [askOf()]);

    expect(answers).toMatchObject([{ kind: 'refused', reason: 'window' }]);
  });
});

describe('slots', () => {
  it('are refused when all are taken, until a call of usual length is over', () => {
    const state = stateOf({ slots: slots({}, {}, {}, { grantedAtMs: NOON_MS - 300 }), callMs: 500 });

    expect(ask(state, [askOf()], { slots: 4 }).answers).toEqual([{ kind: 'refused', reason: 'slots', waitMs: 200 }]);
  });

  it('are waited for until Marketo has given up a call that got no reply, if none comes free before', () => {
    const held = endOf({ atMs: NOON_MS - 1_000, holdMs: 61_000, outcome: 'transient' });
    const state = (busy: number) =>
      stateOf({
        slots: slots({}, ...Array.from({ length: busy }, () => ({}))),
        releases: { 'x-0': held },
        callMs: 500,
      });

    expect(ask(state(0), [askOf()], { slots: 1 }).answers).toEqual([
      { kind: 'refused', reason: 'slots', waitMs: 60_000 },
    ]);
    expect(ask(state(1), [askOf()], { slots: 2 }).answers).toEqual([{ kind: 'refused', reason: 'slots', waitMs: 500 }]);
  });

  it('come free by themselves when a worker is silent', () => {
    const state = stateOf({ slots: slots({ leaseEndsAtMs: NOON_MS }, {}, {}, {}) });

    expect(kinds(ask(state, [askOf()], { slots: 4 }).answers)).toEqual(['granted']);
  });
});

describe('keys', () => {
  const busy = stateOf({ slots: slots({ keys: [1, 2] }) });

  it('refuse a call all of whose records are busy', () => {
    expect(kinds(ask(busy, [askOf({ keys: [1, 2], hasKeyless: false })]).answers)).toEqual(['keys']);
  });

  it('tell which records of a call must wait, and hold the rest', () => {
    const { state, answers } = ask(busy, [askOf({ keys: [2, 3], hasKeyless: false })]);

    expect(answers[0]).toMatchObject({ kind: 'granted', busyKeys: [2] });
    expect(state.slots['me-0']?.keys).toEqual([3]);
  });

  it('let a call go for its records without a key', () => {
    expect(ask(busy, [askOf({ keys: [1], hasKeyless: true })]).answers[0]).toMatchObject({ busyKeys: [1] });
  });

  it('do not hold up an ask without any', () => {
    expect(kinds(ask(busy, [askOf({ keys: [], hasKeyless: false })]).answers)).toEqual(['granted']);
  });

  it('are held by the calls of one step too', () => {
    const same = askOf({ keys: [9], hasKeyless: false });

    expect(kinds(ask(busy, [same, same, askOf()]).answers)).toEqual(['granted', 'keys', 'granted']);
  });
});

describe('the day', () => {
  const spent = { ...stateOf().day, used: 9 };

  it('refuses until its reset has passed by every clock', () => {
    const { answers } = ask(stateOf({ day: spent }), [askOf(), askOf()], { dayCalls: 10 });

    expect(kinds(answers)).toEqual(['granted', 'day']);
    expect(answers[1]).toMatchObject({ waitMs: RESET_MS + 500 - NOON_MS, detail: 'quotaUsed' });
  });

  it('is probed by one call at each reading of midnight after a 607', () => {
    const day = { ...spent, probeAtMs: RESET_MS };

    const before = ask(stateOf({ day }), [askOf()], SMALL, RESET_MS + 499);
    const then = ask(stateOf({ day }), [askOf(), askOf()], { ...SMALL, dayCalls: 9 }, RESET_MS + 500);
    const during = ask(then.state, [askOf()], SMALL, RESET_MS + 600);

    expect(before.answers).toEqual([{ kind: 'refused', reason: 'day', waitMs: 50, detail: 'daySpent' }]);
    expect(kinds(then.answers)).toEqual(['granted', 'day']);
    expect(then.answers[0]).toMatchObject({ permit: { probe: 'day' } });
    expect(kinds(during.answers)).toEqual(['day']);
  });
});

describe('the line', () => {
  const stopped = (reason: LineStopReason, untilMs: number) =>
    stateOf({ line: { ...RUNNING_LINE, stop: { reason, sinceMs: untilMs - 5_000, untilMs } } });
  const check = askOf({ operation: 'getDailyUsage', healthCheck: true });

  it('refuses all while it is stopped, with its reason', () => {
    const { answers } = ask(stopped('transientFailures', NOON_MS + 3_000), [askOf(), check]);

    expect(answers).toEqual(
      [0, 1].map(() => ({ kind: 'refused', reason: 'circuit', waitMs: 3_000, detail: 'transientFailures' })),
    );
  });

  it('admits a health check and nothing else when half-open after passing failures', () => {
    const first = ask(stopped('transientFailures', NOON_MS), [askOf(), check, askOf(), check]);
    const second = admit(first.state, [check], ['you-0'], viewAt(NOON_MS + 10));

    expect(kinds(first.answers)).toEqual(['circuit', 'granted', 'circuit', 'circuit']);
    expect(first.answers[1]).toMatchObject({ permit: { probe: 'line', healthCheck: true } });
    expect(first.state.slots['me-1']).toMatchObject({ probes: ['line'], healthCheck: true });
    expect(kinds(second.answers)).toEqual(['circuit']);
  });

  it.each(['accessDenied', 'tokenRefused', 'credentialsRefused'] as const)(
    'admits exactly one call when half-open after %s, of however many workers ask',
    (reason) => {
      const first = ask(stopped(reason, NOON_MS), [askOf(), askOf()]);
      const second = admit(first.state, [askOf()], ['you-0'], viewAt(NOON_MS + 10));

      expect(kinds(first.answers)).toEqual(['granted', 'circuit']);
      expect(first.answers[0]).toMatchObject({ permit: { probe: 'line' } });
      expect(kinds(second.answers)).toEqual(['circuit']);
    },
  );

  it("admits another when the probe's worker died", () => {
    const { state } = ask(stopped('accessDenied', NOON_MS), [askOf()]);

    expect(kinds(ask(state, [askOf()], SMALL, NOON_MS + 35_000).answers)).toEqual(['granted']);
  });
});

describe('a paused operation', () => {
  const paused = (untilMs: number, rest: Partial<LedgerState> = {}) =>
    stateOf({
      circuits: {
        syncLeads: {
          failures: 5,
          denials: 0,
          failedAtMs: untilMs - 5_000,
          stop: { reason: 'transientFailures', sinceMs: untilMs - 5_000, untilMs },
        },
      },
      ...rest,
    });
  const other = askOf({ operation: 'getLeads' });

  it('holds up no other, not even in one batch', () => {
    const { answers } = ask(paused(NOON_MS + 3_000), [askOf(), other, askOf(), other]);

    expect(kinds(answers)).toEqual(['operation', 'granted', 'operation', 'granted']);
    expect(answers[0]).toEqual({
      kind: 'refused',
      reason: 'operation',
      waitMs: 3_000,
      detail: 'transientFailures',
    });
    expect(answers[1]).not.toHaveProperty('permit.probe');
  });

  it('is tried by one call when its time is over and Marketo is known to work', () => {
    const state = paused(NOON_MS, { lastSuccess: { atMs: NOON_MS - 5_000 } });

    const first = ask(state, [other, askOf(), askOf()]);
    const second = admit(first.state, [askOf()], ['you-0'], viewAt(NOON_MS + 10));

    expect(kinds(first.answers)).toEqual(['granted', 'granted', 'operation']);
    expect(first.answers[1]).toMatchObject({ permit: { probe: 'operation' } });
    expect(first.state.slots['me-1']).toMatchObject({ probes: ['operation'], operation: 'syncLeads' });
    expect(kinds(second.answers)).toEqual(['operation']);
  });

  it('waits for a health check while nothing has succeeded since it was paused', () => {
    const state = paused(NOON_MS, { lastSuccess: { atMs: NOON_MS - 5_001 } });
    const check = askOf({ operation: 'getDailyUsage', healthCheck: true });

    const { answers } = ask(state, [askOf(), check, check, other]);

    expect(kinds(answers)).toEqual(['operation', 'granted', 'circuit', 'granted']);
    expect(answers[1]).toMatchObject({ permit: { healthCheck: true } });
    expect(answers[1]).not.toHaveProperty('permit.probe');
  });

  it('does not keep a health check of its own endpoint from finding out', () => {
    const check = askOf({ healthCheck: true });

    expect(kinds(ask(paused(NOON_MS + 3_000), [check]).answers)).toEqual(['granted']);
  });
});

describe('a worker with several calls', () => {
  const full = ended(...Array.from({ length: 50 }, (_, n) => 19_600 - 400 * n));
  const usual: Partial<LedgerLimits> = { windowCalls: 50, slots: 5 };

  it('is not granted a single coming place: that is not worth a write', () => {
    const state = stateOf({ windowCalls: full, slots: {}, callMs: 1_200 });

    const { answers, state: next } = ask(state, [askOf(), askOf()], usual, NOON_MS, 2);

    expect(kinds(answers)).toEqual(['granted', 'granted']);
    const scarce = { ...state, callMs: 1_600 };
    expect(kinds(ask(scarce, [askOf(), askOf()], usual, NOON_MS, 2).answers)).toEqual(['window', 'window']);
    expect(kinds(ask(scarce, [askOf(), askOf()], usual, NOON_MS, 1).answers)).toEqual(['granted', 'window']);
    expect(next.day.used).toBe(2);
  });

  it('is told to wait for as long as calls take where none is under way', () => {
    const scarce = stateOf({ windowCalls: full, callMs: 1_600 });

    const { answers, state } = ask(scarce, [askOf(), askOf()], usual, NOON_MS, 2);

    expect(answers).toEqual([0, 1].map(() => ({ kind: 'refused', reason: 'window', waitMs: 1_600 })));
    expect([state.version, state.day.used]).toEqual([1, 0]);
  });

  it('is told to wait until so many calls have ended that its share is free', () => {
    const underWay = slots(...[0, 300, 100, 400, 200].map((ageMs) => ({ grantedAtMs: NOON_MS - ageMs })));
    const state = stateOf({ windowCalls: full.slice(0, 45), slots: underWay, callMs: 500 });

    const { answers } = ask(state, [askOf(), askOf(), askOf()], { windowCalls: 50, slots: 6 }, NOON_MS, 3);

    expect(answers).toEqual([0, 1, 2].map(() => ({ kind: 'refused', reason: 'window', waitMs: 200 })));
  });

  it('does not count calls that wait for a key into its share', () => {
    const held = askOf({ keys: [9], hasKeyless: false });
    const scarce = stateOf({ windowCalls: full, slots: slots({ keys: [9] }), callMs: 1_600 });

    expect(kinds(ask(scarce, [askOf(), held], usual, NOON_MS, 2).answers)).toEqual(['granted', 'keys']);
    expect(kinds(ask(scarce, [askOf(), askOf(), held], usual, NOON_MS, 2).answers)).toEqual([
      'window',
      'window',
      'keys',
    ]);
  });

  it('takes half of the slots for its share, however many it asks for', () => {
    const state = stateOf({ windowCalls: full, callMs: 1_200 });
    const asks = [askOf(), askOf(), askOf(), askOf()];

    expect(kinds(ask(state, asks, usual, NOON_MS, 4).answers)).toEqual(['granted', 'granted', 'window', 'window']);
  });

  it('takes a place that is open now together with one that is coming', () => {
    const state = stateOf({ windowCalls: full.slice(1), callMs: 3_600 });

    const { answers } = ask(state, [askOf(), askOf(), askOf()], { windowCalls: 50, slots: 10 }, NOON_MS, 3);

    expect(kinds(answers)).toEqual(['granted', 'granted', 'window']);
  });

  it('takes a single place that is open now', () => {
    const state = stateOf({ windowCalls: full.slice(1), callMs: 2_000 });

    expect(kinds(ask(state, [askOf(), askOf()], usual, NOON_MS, 2).answers)).toEqual(['granted', 'window']);
  });
});
