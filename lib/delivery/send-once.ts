/**
 * Keeps an operation that is not idempotent from being executed twice: a record for each relay id and part, written
 * before the call and settled after it. Idempotent operations never come here.
 */
interface SendOnce {
  /**
   * Claims the right to send. Throws when the table cannot be reached.
   *
   * - `mine`: send it.
   * - `done`: it was sent; `remaining` are the positions that Marketo did not take, and that the next part may send.
   * - `busy`: another copy is being sent now.
   * - `unknown`: a copy was being sent, and its worker never told how it ended.
   */
  claim(relayId: string, part: number, leaseMs: number): Promise<Claim>;
  /** The call ended with a certain outcome. */
  finish(relayId: string, part: number, remaining: readonly number[]): Promise<void>;
  /** The call was not executed: a later copy may send it. */
  forget(relayId: string, part: number): Promise<void>;
}

type Claim =
  | { readonly kind: 'mine' }
  | { readonly kind: 'done'; readonly remaining: readonly number[] }
  | { readonly kind: 'busy'; readonly waitMs: number }
  | { readonly kind: 'unknown' };

export type { Claim, SendOnce };
