import type { LedgerState, PermitRelease } from './state.ts';

/**
 * Where the ledger's state lives: one item, changed by compare-and-swap on its version. All three implementations
 * (memory, and DynamoDB embedded or real) pass the same contract tests. Throws only when the table cannot be reached.
 */
interface LedgerRegister {
  /** A consistent read; `EMPTY_STATE` when nothing is stored. */
  read(): Promise<LedgerState>;
  /**
   * Writes `to` if the stored version is still that of `from`. Ends recorded since `from` was read are kept: one whose slot
   * is gone in `to` is dropped by the next swap. False when somebody else was quicker. A swap whose reply was lost and that was sent
   * again is true.
   */
  swap(from: LedgerState, to: LedgerState): Promise<boolean>;
  /**
   * Records how calls ended: no condition, no conflict; an end whose slot is gone is dropped by the next swap.
   *
   * @returns the state as it is then.
   */
  recordReleases(releases: Readonly<Record<string, PermitRelease>>): Promise<LedgerState>;
}

export type { LedgerRegister };
