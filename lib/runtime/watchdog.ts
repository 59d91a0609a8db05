import { type ChildProcess, spawn } from 'node:child_process';

/** Ends the process when its event loop stands still during an invocation. */
interface Watchdog {
  /** Watches while this runs. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Ends the watching process, for one that goes on. */
  stop(): void;
}

interface WatchdogOptions {
  /** @default 20 s: far beyond what the largest batch takes at a time, and before its messages are received again */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 20_000;
const BEAT_MS = 1_000;

/**
 * The watching process, a shell: it starts in 5 ms of the processor's time, where a thread of Node's takes 50, in every cold start.
 * (Lambda's images have bash: "Modifying the runtime environment", wrapper scripts.) `on` begins an invocation, `off` ends it:
 * between two of them Lambda stops the clock of all processes. While it is on, a line comes with each beat. Two waits in a row
 * without one, so that a wait which began before such a stop decides nothing. It ends with its parent, whose end of the pipe closes.
 */
const SCRIPT = `
isOn=0 silent=0
while :; do
  if [ $isOn = 0 ]; then read -r line || exit 0
  else
    read -r -t "$1" line; status=$?
    if [ $status -gt 128 ]; then
      silent=$((silent + 1))
      [ $silent -lt 2 ] && continue
      echo '{"level":"ERROR","message":"the event loop stands still: the process is ended","stoodStillMs":'"$2"'}' >&2
      kill -KILL $PPID
      exit 0
    fi
    [ $status = 0 ] || exit 0
  fi
  silent=0
  case $line in on) isOn=1 ;; off) isOn=0 ;; esac
done`;

/**
 * A worker that loops for ever can neither be asked to end nor say that it lives: without this, it would take one of the
 * function's copies until Lambda stops it after 420 s. The watching process starts with the first invocation.
 *
 * @example
 * const watchdog = createWatchdog();
 * const handler = (event, context) => watchdog.during(() => deliver(event, context));
 */
function createWatchdog({ patienceMs = PATIENCE_MS }: WatchdogOptions = {}): Watchdog {
  const waitMs = patienceMs / 2;
  let watcher: ChildProcess | undefined;
  const tell = (word: 'on' | 'off' | 'beat'): void => void watcher?.stdin?.write(`${word}\n`);

  return {
    async during(work) {
      watcher ??= startWatcher(waitMs);
      tell('on');
      const beating = setInterval(tell, Math.min(BEAT_MS, waitMs / 4), 'beat');
      beating.unref();
      try {
        return await work();
      } finally {
        clearInterval(beating);
        tell('off');
      }
    },
    stop() {
      watcher?.kill('SIGKILL');
      watcher = undefined;
    },
  };
}

function startWatcher(waitMs: number): ChildProcess {
  const watcher = spawn('bash', ['--norc', '-c', SCRIPT, 'watchdog', String(waitMs / 1_000), String(2 * waitMs)], {
    stdio: ['pipe', 'ignore', 'inherit'],
    // Of the environment, which holds the function's access to AWS, it needs only where bash is.
    env: { PATH: process.env.PATH },
  });
  // Without it, a loop ends with Lambda's timeout: no reason to fail an invocation.
  watcher.on('error', () => {});
  watcher.stdin.on('error', () => {});
  // What watches a process does not keep it alive.
  watcher.unref();
  (watcher.stdin as unknown as { unref?(): void }).unref?.();
  return watcher;
}

export type { Watchdog, WatchdogOptions };
export { createWatchdog };
