import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Switch, Switches } from '../../../lib/fake-marketo/switches.ts';
import { createRuns } from '../../../lib/local/runs.ts';
import { createRehearsals } from '../../../lib/local/serve/rehearsals.ts';

function fakeSwitches(): Switches {
  let active: Switch[] = [];
  return {
    on: async (fault) => {
      active = [...active.filter(({ kind }) => kind !== fault.kind || kind === 'code'), fault];
    },
    off: async (kind, operation) => {
      active = active.filter(
        (fault) =>
          fault.kind !== kind || (operation !== undefined && fault.kind === 'code' && fault.operation !== operation),
      );
    },
    allOff: async () => {
      active = [];
    },
    active: () => active,
  };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a rehearsal', () => {
  it('ends by itself after its time', async () => {
    const rehearsals = createRehearsals(fakeSwitches(), createRuns().crash, Date.now);

    await rehearsals.apply({ name: 'slow', on: true, forSeconds: 60 });
    const during = rehearsals.active();
    await vi.advanceTimersByTimeAsync(59_999);
    const before = rehearsals.active();
    await vi.advanceTimersByTimeAsync(1);

    expect(during).toEqual([{ name: 'slow', detail: '10 times', untilMs: 60_000 }]);
    expect(before).toHaveLength(1);
    expect(rehearsals.active()).toEqual([]);
  });

  it('that is begun again lasts as long as it is told the second time', async () => {
    const rehearsals = createRehearsals(fakeSwitches(), createRuns().crash, Date.now);

    await rehearsals.apply({ name: 'hang', on: true, forSeconds: 10 });
    await rehearsals.apply({ name: 'hang', on: true });
    await vi.advanceTimersByTimeAsync(60_000);

    expect(rehearsals.active()).toEqual([{ name: 'hang', detail: '' }]);
  });

  it('of a crash is a switch of the relay itself', async () => {
    const { crash } = createRuns();
    const rehearsals = createRehearsals(fakeSwitches(), crash, Date.now);

    await rehearsals.apply({ name: 'crash', on: true, forSeconds: 10 });
    const during = rehearsals.active();
    await vi.advanceTimersByTimeAsync(10_000);

    expect(during).toEqual([{ name: 'crash', detail: '', untilMs: 10_000 }]);
    expect([crash.isOn(), rehearsals.active()]).toEqual([false, []]);
  });

  it('of a code is one for each operation, and each has an end of its own', async () => {
    const rehearsals = createRehearsals(fakeSwitches(), createRuns().crash, Date.now);

    await rehearsals.apply({ name: 'code', on: true, operation: 'syncLeads', code: '1006', forSeconds: 10 });
    await rehearsals.apply({ name: 'code', on: true, operation: 'getLists', code: '713', forSeconds: 20 });
    await vi.advanceTimersByTimeAsync(10_000);

    expect(rehearsals.active()).toMatchObject([{ name: 'code', operation: 'getLists', untilMs: 20_000 }]);
    await rehearsals.apply({ name: 'code', on: false });
    expect(rehearsals.active()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
