import type { CallOutcome, Ledger, Permit } from '../../ledger/ledger.ts';
import type { Clock } from '../../ports.ts';

/** What a permit is released with: see `Release` of the ledger. */
interface ReleaseTerms {
  readonly outcome: CallOutcome;
  /** False where Marketo does not count the call against the day. */
  readonly counted: boolean;
  /** How much longer Marketo may be busy with the call: its slot and its keys stay taken for so long. */
  readonly holdMs: number;
  /** Of a call that Marketo let in: 32 bits that stand for its access token. */
  readonly token?: number;
  /** Keys of what the call leaves unfinished are marked until then. */
  readonly marksUntilMs?: number;
}

/** The permits that one invocation gives back. */
interface PermitReleases {
  /** Once for each permit. Returns at once: the ledger writes the releases of several calls together. */
  release(permit: Permit, operation: string, terms: ReleaseTerms): void;
  /** Resolves when every release so far is written. Wait for it at the end of an invocation, not between calls. */
  written(): Promise<void>;
}

const UNUSED: ReleaseTerms = { outcome: 'unused', counted: false, holdMs: 0 };

function createPermitReleases({ ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock }): PermitReleases {
  const writes: Promise<void>[] = [];
  return {
    release(permit, operation, terms) {
      writes.push(ledger.release([{ permit, operation, ...terms, endedAtMs: clock.nowMs() }]));
    },
    async written() {
      await Promise.all(writes);
    },
  };
}

export type { PermitReleases, ReleaseTerms };
export { createPermitReleases, UNUSED };
