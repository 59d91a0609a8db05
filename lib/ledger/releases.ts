import type { Clock, Log } from '../ports.ts';
import type { Release } from './ledger.ts';
import type { LedgerRegister } from './register.ts';
import type { LedgerState, PermitRelease } from './state.ts';

/**
 * How one worker's ended calls reach the ledger: with the next swap of that worker if there is one soon, else in one
 * write for all that ended within a short while.
 */
interface ReleaseWriter {
  /** A permit was granted: its end is to come. */
  granted(permitId: string): void;
  /** Resolves when the ends are written, or given up: then their leases end. */
  add(ends: readonly Release[]): Promise<void>;
  /** The state with what is yet to be written. */
  onto(state: LedgerState): LedgerState;
  /** Ends to be written now; after a swap that held them, `written` takes them off. */
  pendingIds(): readonly string[];
  written(ids: readonly string[]): void;
}

const MAX_END_WRITES = 3;
/** Calls that end within this long of each other are written as one. */
const COALESCE_MS = 25;
/** Ends wait so long at most for the ends of calls that the worker has under way: their slots stay taken meanwhile. */
const LONGEST_GATHER_MS = 500;

interface ReleaseWriterOptions {
  readonly register: LedgerRegister;
  readonly clock: Clock;
  readonly log: Log;
  /** Sees the state that a write returns: one more look at the others' clocks, at no cost. */
  readonly observe: (state: LedgerState) => void;
}

function createReleaseWriter({ register, clock, log, observe }: ReleaseWriterOptions): ReleaseWriter {
  const underWay = new Set<string>();
  let pending: Record<string, PermitRelease> = {};
  let flushing: Promise<void> | undefined;

  /** Nothing waits for more when no more is to come, or when the others must know. */
  async function gather(): Promise<void> {
    for (let waitedMs = 0; waitedMs < LONGEST_GATHER_MS; waitedMs += COALESCE_MS) {
      await clock.sleep(COALESCE_MS);
      const urgent = Object.values(pending).some(({ outcome }) => outcome !== 'success' && outcome !== 'unused');
      if (underWay.size === 0 || urgent) return;
    }
  }

  async function flush(): Promise<void> {
    const ends = pending;
    pending = {};
    if (Object.keys(ends).length === 0) return;
    for (let tries = 1; tries <= MAX_END_WRITES; tries++) {
      try {
        return observe(await register.recordReleases(ends));
      } catch (error) {
        if (tries === MAX_END_WRITES)
          log.warn('permits not released: their leases will end', { error: String(error), permits: Object.keys(ends) });
        else await clock.sleep(COALESCE_MS * 2 ** tries);
      }
    }
  }

  return {
    granted(permitId) {
      underWay.add(permitId);
    },

    async add(ends) {
      for (const { permit, endedAtMs, holdMs = 0, outcome, counted } of ends) {
        underWay.delete(permit.id);
        pending[permit.id] = { atMs: endedAtMs, holdMs, outcome, counted };
      }
      flushing ??= gather().then(() => {
        flushing = undefined;
        return flush();
      });
      await flushing;
    },

    onto(state) {
      const known = Object.entries(pending).filter(([id]) => state.slots[id] !== undefined);
      return known.length === 0 ? state : { ...state, releases: { ...state.releases, ...Object.fromEntries(known) } };
    },

    pendingIds: () => Object.keys(pending),

    written(ids) {
      pending = Object.fromEntries(Object.entries(pending).filter(([id]) => !ids.includes(id)));
    },
  };
}

export type { ReleaseWriter, ReleaseWriterOptions };
export { createReleaseWriter };
