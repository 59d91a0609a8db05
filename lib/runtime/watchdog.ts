import { Worker } from 'node:worker_threads';

/** Ends the process when its event loop stands still during an invocation. */
interface Watchdog {
  /** Watches while this runs. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Ends the watching thread, for a process that goes on. */
  stop(): Promise<void>;
}

interface WatchdogOptions {
  /** @default 20 s: far beyond what the largest batch takes at a time, and before its messages are received again */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 20_000;
const BEAT_MS = 1_000;
/** A thread that only waits needs little of the function's memory. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, codeRangeSizeMb: 1, stackSizeMb: 1 };

/**
 * The watching thread. `beats[0]` changes while the event loop turns, `beats[1]` is 1 during an invocation: between two
 * of them Lambda stops the clock of the whole process. Two waits in a row without a beat, so that one which began before
 * such a stop decides nothing. What is written goes to the descriptor: streams need the event loop that stands still.
 */
const THREAD = `
const { workerData: { shared, waitMs } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const beats = new Int32Array(shared);
let silent = 0;
for (let last = -1; ; ) {
  if (Atomics.load(beats, 1) === 0) { Atomics.wait(beats, 1, 0); silent = 0; last = -1; continue; }
  const beat = Atomics.load(beats, 0);
  silent = beat === last ? silent + 1 : 0;
  last = beat;
  if (silent >= 2) {
    writeSync(2, JSON.stringify({ level: 'ERROR', message: 'the event loop stands still: the process is ended', stoodStillMs: 2 * waitMs }) + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }
  Atomics.wait(beats, 0, beat, waitMs);
}`;

/**
 * A worker that loops for ever can neither be asked to end nor say that it lives: without this, it would take one of the
 * function's copies until Lambda stops it after 420 s. The thread starts with the first invocation.
 *
 * @example
 * const watchdog = createWatchdog();
 * const handler = (event, context) => watchdog.during(() => deliver(event, context));
 */
function createWatchdog({ patienceMs = PATIENCE_MS }: WatchdogOptions = {}): Watchdog {
  const shared = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  const beats = new Int32Array(shared);
  const waitMs = patienceMs / 2;
  let thread: Worker | undefined;

  function beat(): void {
    Atomics.add(beats, 0, 1);
    Atomics.notify(beats, 0);
  }

  function watch(isOn: boolean): void {
    Atomics.store(beats, 1, isOn ? 1 : 0);
    Atomics.notify(beats, 1);
  }

  return {
    async during(work) {
      thread ??= startThread({ shared, waitMs });
      beat();
      watch(true);
      const beating = setInterval(beat, Math.min(BEAT_MS, waitMs / 4));
      beating.unref();
      try {
        return await work();
      } finally {
        clearInterval(beating);
        watch(false);
        beat();
      }
    },
    async stop() {
      await thread?.terminate();
      thread = undefined;
    },
  };
}

function startThread(workerData: { readonly shared: SharedArrayBuffer; readonly waitMs: number }): Worker {
  const thread = new Worker(THREAD, { eval: true, workerData, resourceLimits: RESOURCE_LIMITS, execArgv: [] });
  thread.unref();
  // Without the thread, a loop ends with Lambda's timeout: no reason to fail an invocation.
  thread.on('error', () => {});
  return thread;
}

export type { Watchdog, WatchdogOptions };
export { createWatchdog };
