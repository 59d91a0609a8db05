import { Worker } from 'node:worker_threads';
import type { Slice } from './slices.ts';
import { merge, type Sweep } from './sweep.ts';

/** Threads that sweep slices together: they last for all of them, since a new one takes seconds to become fast. */
interface Threads {
  /** @throws when a thread ends. */
  sweep(slice: Slice, onSeed: () => void): Promise<Sweep>;
  end(): Promise<void>;
}

function createThreads(count: number): Threads {
  const threads = Array.from({ length: count }, () => new Worker(new URL('./sweep-thread.ts', import.meta.url)));

  function sweepIn(thread: Worker, seeds: readonly number[], onSeed: () => void): Promise<Sweep> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number): void => reject(new Error(`a thread ended with ${code}`));
      const onMessage = (message: { sweep?: Sweep }): void => {
        if (message.sweep === undefined) {
          onSeed();
        } else {
          thread.off('message', onMessage).off('error', reject).off('exit', onExit);
          resolve(message.sweep);
        }
      };
      thread.on('message', onMessage).on('error', reject).on('exit', onExit);
      thread.postMessage(seeds);
    });
  }

  return {
    /** Every thread has its own share, and a run depends on its seed alone. */
    async sweep({ firstSeed, seeds }, onSeed) {
      const shares = threads.map((thread, index) => {
        const size = Math.max(0, Math.ceil((seeds - index) / count));
        return { thread, share: Array.from({ length: size }, (_, nth) => firstSeed + index + nth * count) };
      });
      return merge(await Promise.all(shares.map(({ thread, share }) => sweepIn(thread, share, onSeed))));
    },
    async end() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

export type { Threads };
export { createThreads };
