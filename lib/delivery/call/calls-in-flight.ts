import type { Clock } from '../../ports.ts';

/** The calls that an invocation has in flight, and when one of them last started or ended. */
interface CallsInFlight {
  /** @param call settles when the call has ended; must not reject. */
  add(call: Promise<void>): void;
  count(): number;
  /** Never, when nothing is in flight. */
  oneEnds(): Promise<void>;
  allEnd(): Promise<void>;
  /** For how long nothing has been in flight. */
  idleMs(nowMs: number): number;
}

function createCallsInFlight(clock: Clock): CallsInFlight {
  const inFlight = new Set<Promise<void>>();
  let lastProgressMs = clock.nowMs();
  return {
    add(call) {
      lastProgressMs = clock.nowMs();
      const ended = call.then(() => {
        inFlight.delete(ended);
        lastProgressMs = clock.nowMs();
      });
      inFlight.add(ended);
    },
    count: () => inFlight.size,
    oneEnds: () => Promise.race(inFlight),
    async allEnd() {
      // What ends may begin something else.
      while (inFlight.size > 0) await Promise.all(inFlight);
    },
    idleMs: (nowMs) => (inFlight.size > 0 ? 0 : nowMs - lastProgressMs),
  };
}

export type { CallsInFlight };
export { createCallsInFlight };
