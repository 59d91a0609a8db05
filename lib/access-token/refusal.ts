/** What the caller knows about a token that Marketo refused (Marketo: error-codes 600, 601, 602; HTTP 401). */
interface RefusalEvidence {
  /** When the refused call was sent. */
  readonly sentAtMs: number;
  /** Another call with this very token ended in success at or after `sentAtMs`. */
  readonly workedSince: boolean;
  /** Some call is known to have ended in success with this token, whenever. */
  readonly served: boolean;
  /** A second, different request was refused with this token too: the health check. */
  readonly confirmed: boolean;
}

/** The evidence, and the token that it speaks of by its fingerprint. */
interface Refusal extends RefusalEvidence {
  readonly fingerprint: string;
}

export type { Refusal, RefusalEvidence };
