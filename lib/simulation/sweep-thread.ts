import { parentPort, workerData } from 'node:worker_threads';
import { sweep } from './sweep.ts';

const { seeds } = workerData as { seeds: readonly number[] };
parentPort?.postMessage({ sweep: await sweep(seeds, false, () => parentPort?.postMessage({ done: 1 })) });
