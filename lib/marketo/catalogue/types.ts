/**
 * Where Marketo reports a code: in the HTTP status, in `errors[]` of a reply with `success: false`, in `reasons[]` of
 * one record, or in the HTTP status of the Identity endpoint.
 */
type CodeLevel = 'http' | 'response' | 'record' | 'identity';

/**
 * What the relay does about a code.
 *
 * - `delivered`: the wanted state is already reached.
 * - `wait`: a limit is spent; not an attempt. The ledger says for how long.
 * - `retry`: try later. `growing` 5 s doubling to 900 s; `long` 60 s doubling to 900 s; `soon` 5 s doubling to 20 s.
 *   `maxAttempts` overrules the general budget of attempts.
 * - `reauthenticate`: get another token, then the same call once more.
 * - `reshape`: same records, another form: `halve` the call, or send the GET as a POST with `_method=GET`.
 * - `isolate`: one bad record fails the whole call: halve until it stands alone; alone, it is rejected.
 * - `reject`: dead letter.
 * - `stop`: nothing would succeed now: keep the message, let the circuit decide.
 */
type VerdictRule =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'wait'; readonly limit: 'window' | 'slot' | 'day' }
  | { readonly kind: 'retry'; readonly pace: 'growing' | 'long' | 'soon'; readonly maxAttempts?: number }
  | { readonly kind: 'reauthenticate' }
  | { readonly kind: 'reshape'; readonly how: 'halve' | 'postAsGet' }
  | { readonly kind: 'isolate' }
  | { readonly kind: 'reject' }
  | { readonly kind: 'stop' };

/**
 * A circumstance in which a code means something else.
 *
 * - `statusChange`: the endpoint changes a program status (1037: already in or past it).
 * - `removal`: the endpoint removes or deletes (1015: not in the list any more).
 * - `dependent`: the endpoint refers to a record that another call may just have created (1004, 1013).
 * - `exportQuota`: the message speaks of the daily export quota (1029).
 */
type Circumstance = 'statusChange' | 'removal' | 'dependent' | 'exportQuota';

interface CatalogueEntry {
  /** As Marketo quotes it, compared as a string. */
  readonly code: string;
  readonly level: CodeLevel;
  readonly name: string;
  readonly verdict: VerdictRule;
  /** The verdict in a special circumstance; `verdict` otherwise. */
  readonly special?: { readonly when: Circumstance; readonly verdict: VerdictRule };
  /** False for the starred codes: such a reply does not count against the daily quota. */
  readonly counted: boolean;
  /** Whether Marketo may have done what the call asked. `unknown` makes a retry of a non-idempotent call unsafe. */
  readonly executed: 'no' | 'unknown';
  /** What happened, for an operator. */
  readonly meaning: string;
  /** What the operator does about it. */
  readonly remedy: string;
}

export type { CatalogueEntry, Circumstance, CodeLevel, VerdictRule };
