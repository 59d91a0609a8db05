/**
 * What the core needs from the world, as small as it can be, so that the same code runs in Lambda, on a laptop and
 * under the simulator with a virtual clock. Nothing in the core reads the time, draws a random number or sleeps in
 * any other way.
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
