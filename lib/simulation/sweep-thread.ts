import { parentPort } from 'node:worker_threads';
import { sweep } from './sweep.ts';

/** Sweeps each share of seeds that it is sent, one after the other, and tells of every seed. */
parentPort?.on('message', async (seeds: readonly number[]) => {
  parentPort?.postMessage({ sweep: await sweep(seeds, false, () => parentPort?.postMessage({ done: 1 })) });
});
