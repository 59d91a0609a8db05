/**
 * The time, chance and log that the core is given. It has no others: a test or the simulator that hands over its own
 * decides every moment and every draw of a run.
 */

/** Wall-clock time and waiting. */
interface Clock {
  /** Milliseconds since the epoch. May differ between machines by up to the ledger's clock skew. */
  nowMs(): number;
  /** Resolves no sooner than `durationMs` from now. */
  sleep(durationMs: number): Promise<void>;
}

/** A source of numbers in [0, 1), for jitter and identifiers. */
type Random = () => number;

/** A structured log line. `fields` must never hold a {@link Secret}; a Secret that slips in prints as `[secret]`. */
interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export type { Clock, Log, Random };
