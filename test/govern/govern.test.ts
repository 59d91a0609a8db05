import { describe, expect, it } from 'vitest';
import type { LineStop } from '../../lib/govern/seen.ts';
import { createGovernWorld, type GovernWorld, MINUTE_MS } from './world.ts';

/** Refused credentials, whose next probe is far away. */
function stopped(world: GovernWorld, more: Partial<LineStop> = {}): void {
  const untilMs = world.nowMs + 8 * 60 * MINUTE_MS;
  world.stop = { reason: 'credentialsRefused', sinceMs: world.nowMs, untilMs, needsProbe: true, ...more };
}

function pausedWorld(): GovernWorld {
  const world = createGovernWorld();
  world.note = { by: 'govern', reason: 'credentialsRefused', sinceMs: world.nowMs };
  world.memory = { stoppedSinceMs: world.nowMs - 11 * MINUTE_MS, disabledAtMs: world.nowMs };
  world.mapping = { state: 'disabled', changedAtMs: world.nowMs };
  return world;
}

describe('a line that nothing stops', () => {
  it('is left alone', async () => {
    const world = createGovernWorld();
    await world.runFor(60);
    expect(world.effects).toEqual([]);
  });

  it('asks for the usage of the day when it is due', async () => {
    const world = createGovernWorld();
    world.usageDue = true;
    await world.runFor(1);
    expect(world.asked).toMatchObject([{ purpose: 'usage' }]);
  });
});

describe('a stopped line', () => {
  it('goes on for ten minutes, and is paused then: remembered and noted before the mapping is disabled', async () => {
    const world = createGovernWorld();
    stopped(world);
    await world.runFor(10);
    expect(world.effects).toEqual(['rememberStop']);
    await world.runFor(2);
    expect(world.effects).toEqual(['rememberStop', 'rememberDisabling', 'notePause', 'disable', 'rememberQueued']);
    expect(world.note).toMatchObject({ by: 'govern', reason: 'credentialsRefused' });
    expect(world.mapping.state).toBe('disabled');
  });

  it('is not paused because some operations are denied, before a probe was denied too', async () => {
    const world = createGovernWorld();
    const denied = (): void => stopped(world, { reason: 'accessDenied', untilMs: world.nowMs + 15 * MINUTE_MS });
    for (let time = 0; time < 5; time += 1) {
      denied();
      world.onProbe = () => {
        world.stop = undefined;
        world.worksAtMs = world.nowMs;
      };
      await world.runFor(20);
    }
    expect(world.asked).toHaveLength(5);
    expect(world.effects).not.toContain('disable');
    expect(world.effects).not.toContain('enable');
  });

  it('is paused when the probe is denied like everything else', async () => {
    const world = createGovernWorld();
    stopped(world, { reason: 'accessDenied', untilMs: world.nowMs + 8 * MINUTE_MS });
    world.onProbe = () => stopped(world, { reason: 'accessDenied', untilMs: world.nowMs + 15 * MINUTE_MS });
    await world.runFor(12);
    expect(world.asked).toHaveLength(1);
    expect(world.effects).toContain('disable');
    expect(world.note).toMatchObject({ by: 'govern', reason: 'accessDenied' });
  });

  it('is not paused when a call has worked meanwhile', async () => {
    const world = createGovernWorld();
    stopped(world);
    for (let minute = 0; minute < 40; minute += 1) {
      if (minute % 8 === 0) world.worksAtMs = world.nowMs;
      await world.runFor(1);
    }
    expect(world.effects).not.toContain('disable');
  });

  it('is not paused within ten minutes of somebody enabling the mapping', async () => {
    const world = createGovernWorld();
    stopped(world);
    world.memory = { stoppedSinceMs: world.nowMs - 60 * MINUTE_MS };
    world.mapping = { state: 'enabled', changedAtMs: world.nowMs };
    await world.runFor(10);
    expect(world.effects).toEqual([]);
    await world.runFor(1);
    expect(world.effects).toContain('disable');
  });

  it('is probed by governing when no message has done it for a minute', async () => {
    const world = createGovernWorld();
    stopped(world, { untilMs: world.nowMs });
    world.onProbe = () => {
      world.stop = undefined;
    };
    await world.runFor(1);
    expect(world.asked).toEqual([]);
    await world.runFor(1);
    expect(world.asked).toMatchObject([{ purpose: 'probe' }]);
    expect(world.memory.stoppedSinceMs).toBeUndefined();
  });
});

describe('a pause by governing', () => {
  it('is kept while nothing can be delivered, without a call', async () => {
    const world = pausedWorld();
    stopped(world);
    await world.runFor(30);
    expect(world.effects).toEqual(['rememberQueued']);
    expect(world.asked).toEqual([]);
  });

  it('ends in the run whose probe works: first the mapping, then the note', async () => {
    const world = pausedWorld();
    stopped(world, { untilMs: world.nowMs + 5 * MINUTE_MS });
    world.onProbe = () => {
      world.stop = undefined;
    };
    await world.runFor(6);
    expect(world.effects.slice(1)).toEqual(['probe', 'rememberStop', 'enable', 'forgetPause']);
    await world.runFor(1);
    expect(world.note).toBeUndefined();
    expect(world.mapping.state).toBe('enabled');
  });

  it('goes on when the probe fails, one probe at its time', async () => {
    const world = pausedWorld();
    stopped(world, { untilMs: world.nowMs });
    world.onProbe = () => stopped(world, { untilMs: world.nowMs + 15 * MINUTE_MS });
    await world.runFor(31);
    expect(world.asked).toHaveLength(3);
    expect(world.mapping.state).toBe('disabled');
  });

  it('of a day that is used up ends two minutes before the reset', async () => {
    const world = pausedWorld();
    stopped(world, { reason: 'daySpent', needsProbe: false, untilMs: world.nowMs + 60 * MINUTE_MS });
    await world.runFor(58);
    expect(world.effects).not.toContain('enable');
    await world.runFor(1);
    expect(world.effects.slice(-2)).toEqual(['enable', 'forgetPause']);
    await world.runFor(1);
    expect(world.mapping.state).toBe('enabled');
    expect(world.effects.filter((name) => name === 'disable')).toEqual([]);
  });

  it('outlasts a deployment that enables the mapping', async () => {
    const world = pausedWorld();
    stopped(world);
    world.mapping = { state: 'enabled', changedAtMs: world.nowMs };
    await world.runFor(2);
    expect(world.mapping.state).toBe('disabled');
    expect(world.note?.by).toBe('govern');
  });

  it('ends when a person resumes the relay, and is not begun again at once', async () => {
    const world = pausedWorld();
    stopped(world);
    world.personResumes();
    await world.runFor(10);
    expect(world.mapping.state).toBe('enabled');
    expect(world.effects).not.toContain('disable');
  });
});

describe('a pause by a person', () => {
  it('stays, whatever the line does, and no call is made', async () => {
    const world = createGovernWorld();
    world.personPauses();
    for (const isStopped of [false, true, false]) {
      if (isStopped) stopped(world, { untilMs: world.nowMs });
      else world.stop = undefined;
      world.usageDue = true;
      await world.runFor(30);
      expect(world.mapping.state).toBe('disabled');
      expect(world.note?.by).toBe('person');
    }
    expect(world.asked).toEqual([]);
  });

  it('outlasts a deployment that enables the mapping', async () => {
    const world = createGovernWorld();
    world.personPauses();
    await world.runFor(2);
    world.setMapping(true);
    await world.runFor(4);
    expect(world.mapping.state).toBe('disabled');
  });

  it('takes over one by governing', async () => {
    const world = pausedWorld();
    stopped(world);
    world.personPauses();
    world.stop = undefined;
    await world.runFor(30);
    expect(world.mapping.state).toBe('disabled');
  });

  it('without a note, in the console, stays as well', async () => {
    const world = createGovernWorld();
    world.memory = { disabledAtMs: world.nowMs - 60 * MINUTE_MS };
    world.setMapping(false);
    await world.runFor(60);
    expect(world.mapping.state).toBe('disabled');
    expect(world.effects).toEqual(['rememberQueued']);
  });

  it('that comes while a run enables the mapping is kept by the next', async () => {
    const world = pausedWorld();
    world.atEffect = (point) => {
      if (point === 'before enable') world.note = { by: 'person', reason: 'a migration', sinceMs: world.nowMs };
    };
    await world.runFor(4);
    expect(world.mapping.state).toBe('disabled');
    expect(world.note?.by).toBe('person');
  });

  it('ended while a run disables the mapping leaves it enabled', async () => {
    const world = createGovernWorld();
    stopped(world);
    world.memory = { stoppedSinceMs: world.nowMs - 11 * MINUTE_MS };
    let isResumed = false;
    world.atEffect = (point) => {
      if (point !== 'after notePause' || isResumed) return;
      isResumed = true;
      world.note = undefined;
    };
    await world.runFor(5);
    expect(world.mapping.state).toBe('enabled');
  });
});

describe('what is told', () => {
  const ofKind = (world: GovernWorld, kind: string) => world.events.filter((event) => event.kind === kind);

  it('is every gauge, every minute', async () => {
    const world = createGovernWorld();
    await world.runFor(2);
    expect(ofKind(world, 'gauges')).toHaveLength(4);
    expect(ofKind(world, 'quotaLeft')).toEqual([
      { kind: 'quotaLeft', calls: 49_893 },
      { kind: 'quotaLeft', calls: 49_893 },
    ]);
    expect(ofKind(world, 'messageAge')).toEqual([]);
  });

  it('is the stop and the pause, and how long messages have waited at least', async () => {
    const world = pausedWorld();
    stopped(world);
    world.messages = 0;
    await world.runFor(3);
    expect(ofKind(world, 'messageAge')).toEqual([]);
    world.messages = 2;
    await world.runFor(3);
    expect(ofKind(world, 'messageAge')).toEqual([0, 60, 120].map((ageSeconds) => ({ kind: 'messageAge', ageSeconds })));
    expect(ofKind(world, 'lineStopped')).toHaveLength(6);
    expect(ofKind(world, 'paused').at(-1)).toEqual({ kind: 'paused', by: 'govern', seconds: 300 });
  });
});
