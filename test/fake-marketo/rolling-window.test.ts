import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RollingWindow } from '../../lib/fake-marketo/rolling-window.ts';

/** Steps of time, and which earlier event is taken back at each, if any. */
const history = fc.array(fc.record({ stepMs: fc.nat(40), back: fc.option(fc.nat(60), { nil: undefined }) }), {
  maxLength: 120,
});

describe('RollingWindow', () => {
  it('counts as a plain list of all events would', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const window = new RollingWindow(100);
        const plain: number[] = [];
        let nowMs = 0;
        let worst = 0;
        for (const { stepMs, back } of steps) {
          nowMs += stepMs;
          const gone = back === undefined ? undefined : plain[back];
          if (gone !== undefined) {
            plain.splice(plain.indexOf(gone), 1);
            window.remove(gone);
          }
          plain.push(nowMs);
          const expected = plain.filter((atMs) => atMs > nowMs - 100).length;
          worst = Math.max(worst, expected);
          expect(window.add(nowMs)).toBe(expected);
        }
        expect(window.worst).toBe(worst);
      }),
    );
  });

  it('forgets what has left it', () => {
    const window = new RollingWindow(10);
    for (let atMs = 0; atMs < 10_000; atMs += 1) window.add(atMs);
    expect(window.count(9_999)).toBe(10);
    expect(window.count(10_009)).toBe(0);
  });
});
