import type { Clock } from '../ports.ts';

const LONGEST_NAP_MS = 200;

/** Sleeps until an instant, in naps, so that an interruption is seen soon. */
async function untilDue(dueAtMs: number, clock: Clock, stop: AbortSignal): Promise<void> {
  for (let leftMs = dueAtMs - clock.nowMs(); leftMs > 0 && !stop.aborted; leftMs = dueAtMs - clock.nowMs()) {
    await clock.sleep(Math.min(leftMs, LONGEST_NAP_MS));
  }
}

export { untilDue };
