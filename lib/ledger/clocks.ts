/**
 * How far this worker's clock may be ahead of another's.
 *
 * A time stamped by another worker and read here was stamped before it was read, so `now - stamp` is an upper bound of
 * the difference between the two clocks. The least bound seen, loosened by drift as it ages, is nearly the true
 * difference on a busy ledger; with nothing seen, the configured skew stands. This is what lets workers with clocks
 * half a second apart share a 20 s window without giving half a second of every window away. What was seen is
 * forgotten within two minutes, so that a clock that was set misleads nobody for longer.
 */
interface ClockBounds {
  /** Notes a stamp read from the ledger. */
  observe(worker: string, stampMs: number, nowMs: number): void;
  /** Upper bound of (this clock - that worker's clock), in milliseconds; 0 for the worker itself. May be negative. */
  aheadOf(worker: string, nowMs: number): number;
}

interface Bound {
  readonly boundMs: number;
  readonly atMs: number;
}

/** The least bound of the minute that runs, and of the one before. */
interface Known {
  readonly sinceMs: number;
  readonly least: Bound;
  readonly before?: Bound;
}

/** Oscillators run apart by 100 parts in a million at the worst; twice that. */
const DRIFT = 200 / 1_000_000;
const MINUTE_MS = 60_000;
const MAX_WORKERS_REMEMBERED = 500;

const aged = ({ boundMs, atMs }: Bound, nowMs: number): number => boundMs + Math.abs(nowMs - atMs) * DRIFT;

function createClockBounds(own: string, clockSkewMs: number): ClockBounds {
  const known = new Map<string, Known>();

  function renewed(old: Known | undefined, seen: Bound): Known {
    const ageMs = old === undefined ? Number.POSITIVE_INFINITY : Math.abs(seen.atMs - old.sinceMs);
    if (old === undefined || ageMs > 2 * MINUTE_MS) return { sinceMs: seen.atMs, least: seen };
    if (ageMs > MINUTE_MS) return { sinceMs: seen.atMs, least: seen, before: old.least };
    return seen.boundMs < aged(old.least, seen.atMs) ? { ...old, least: seen } : old;
  }

  return {
    observe(worker, stampMs, nowMs) {
      if (worker === own) return;
      const next = renewed(known.get(worker), { boundMs: nowMs - stampMs, atMs: nowMs });
      known.delete(worker);
      known.set(worker, next);
      if (known.size > MAX_WORKERS_REMEMBERED) known.delete(known.keys().next().value ?? '');
    },
    aheadOf(worker, nowMs) {
      if (worker === own) return 0;
      const seen = known.get(worker);
      const fresh = seen !== undefined && Math.abs(nowMs - seen.sinceMs) <= 2 * MINUTE_MS;
      const bounds = fresh
        ? [seen.least, ...(seen.before ? [seen.before] : [])].map((bound) => aged(bound, nowMs))
        : [];
      return Math.max(-clockSkewMs, Math.min(clockSkewMs, ...bounds));
    },
  };
}

export type { ClockBounds };
export { createClockBounds };
