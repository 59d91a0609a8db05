import type { TokenState } from './token-state.ts';

type TokenSwap =
  | { readonly kind: 'swapped' }
  /** Somebody else was quicker; `state` is what is stored now. */
  | { readonly kind: 'conflict'; readonly state: TokenState };

/** Where the shared token lives: one item, changed by compare-and-swap. Throws only when the table cannot be reached. */
interface TokenRegister {
  /** A consistent read; `EMPTY_TOKEN_STATE` when nothing is stored. */
  read(): Promise<TokenState>;
  /**
   * Stores `next` if the stored version is the one before `next.version`. A swap whose reply was lost and that was
   * sent again is `swapped`, as long as nobody has changed the item since.
   */
  swap(next: TokenState): Promise<TokenSwap>;
}

export type { TokenRegister, TokenSwap };
