/**
 * Keeps an operation that is not idempotent from being executed twice: one record for each relay id, claimed before the
 * call and completed after it, that knows each position of the message's `input`. Idempotent operations never come here.
 *
 * A position is free, started (a worker sends it), done, or unknown (it was started, and nobody wrote how it ended).
 * Only a free one may be sent, and only by the worker that has started it. A message without records is position 0.
 */
interface SendOnce {
  /**
   * Starts every free position among those given. Throws when the table cannot be reached.
   *
   * - `held`: send `send`, and complete afterwards; Marketo has `done` already; nobody knows of `unknown`.
   * - `busy`: another copy is sent now.
   * - `otherRequest`: what was sent under this relay id was another request.
   *
   * @param request names the request, when all of it is at hand: a copy with fewer records cannot tell.
   */
  claim(relayId: string, positions: readonly number[], leaseMs: number, request?: string): Promise<Claim>;
  /**
   * What is known of the positions in `claim.send`: those in neither list are free again, for a later copy.
   *
   * Throws when the table cannot be reached.
   *
   * @param notes - by position, what whoever finds it done must know: 300 characters each at most
   * @returns false, and nothing is written, when another copy has claimed the positions since: the lease ended, or they
   * were written as free by a request whose reply was lost.
   */
  complete(claim: HeldClaim, ended: EndedPositions, notes?: PositionNotes): Promise<boolean>;
}

interface HeldClaim {
  readonly kind: 'held';
  readonly relayId: string;
  /** Names this claim among all others of the relay id. */
  readonly mark: string;
  readonly send: readonly number[];
  readonly done: readonly number[];
  readonly unknown: readonly number[];
  /** What the record knew before, of all positions: `complete` writes it anew. */
  readonly before: EndedPositions;
  readonly request?: string;
  /** What was noted beside positions that are done. */
  readonly notes?: PositionNotes;
}

type PositionNotes = Readonly<Record<number, string>>;

interface EndedPositions {
  readonly done: readonly number[];
  readonly unknown: readonly number[];
}

type Claim = HeldClaim | { readonly kind: 'busy'; readonly waitMs: number } | { readonly kind: 'otherRequest' };

export type { Claim, EndedPositions, HeldClaim, PositionNotes, SendOnce };
