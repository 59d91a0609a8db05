import { describe, expect, it } from 'vitest';
import { sweep } from '../../lib/simulation/sweep.ts';
import { createThreads } from '../../lib/simulation/threads.ts';

describe('threads that sweep', () => {
  it('take one slice after the other, and say the same as one thread', async () => {
    const threads = createThreads(2);
    let told = 0;
    const slices = [];
    for (const firstSeed of [1, 4]) {
      slices.push(
        await threads.sweep({ firstSeed, seeds: 3 }, () => {
          told += 1;
        }),
      );
    }
    await threads.end();

    expect(slices.map(({ calls }) => calls)).toEqual([(await sweep([1, 2, 3])).calls, (await sweep([4, 5, 6])).calls]);
    expect(told).toBe(6);
  });
});
