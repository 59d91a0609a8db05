import type { Clock, Log } from '../ports.ts';
import type { Release } from './ledger.ts';
import { COALESCE_MS, LONGEST_GATHER_MS, MAX_END_WRITES } from './policy.ts';
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
  add(given: readonly Release[]): Promise<void>;
  /** The state with what is yet to be written. */
  onto(state: LedgerState): LedgerState;
  /** Ends to be written now; after a swap that held them, `written` takes them off. */
  pendingIds(): readonly string[];
  written(ids: readonly string[]): void;
}

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
  let isUrgent = false;

  /** Nothing waits for more when no more is to come, or when the others must know. */
  async function gather(): Promise<void> {
    for (let waitedMs = 0; waitedMs < LONGEST_GATHER_MS; waitedMs += COALESCE_MS) {
      await clock.sleep(COALESCE_MS);
      const isWrong = Object.values(pending).some(({ outcome }) => outcome !== 'success' && outcome !== 'unused');
      if (underWay.size === 0 || isWrong || isUrgent) return;
    }
  }

  async function flush(): Promise<void> {
    const unwritten = pending;
    pending = {};
    isUrgent = false;
    if (Object.keys(unwritten).length === 0) return;
    for (let tries = 1; tries <= MAX_END_WRITES; tries++) {
      try {
        return observe(await register.recordReleases(unwritten));
      } catch (error) {
        if (tries === MAX_END_WRITES)
          log.warn('permits not released: their leases will end', {
            error: String(error),
            permits: Object.keys(unwritten),
          });
        else await clock.sleep(COALESCE_MS * 2 ** tries);
      }
    }
  }

  return {
    granted(permitId) {
      underWay.add(permitId);
    },

    async add(given) {
      for (const end of given) {
        underWay.delete(end.permit.id);
        pending[end.permit.id] = recordOf(end);
        // The others wait for what a probe finds.
        if (end.permit.probe !== undefined || end.permit.healthCheck) isUrgent = true;
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

function recordOf({ endedAtMs, holdMs = 0, outcome, counted, operation, token, marksUntilMs }: Release): PermitRelease {
  return {
    atMs: endedAtMs,
    holdMs,
    outcome,
    counted,
    operation,
    ...(token !== undefined && { token }),
    ...(marksUntilMs !== undefined && { marksUntilMs }),
  };
}

export type { ReleaseWriter, ReleaseWriterOptions };
export { createReleaseWriter };
