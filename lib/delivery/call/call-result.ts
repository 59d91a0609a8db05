import type { Outcomes } from '../outcome.ts';
import type { Fault } from '../plan/trait.ts';
import type { Call, WorkItem } from '../work-item.ts';

/**
 * What became of the items of one call. Each of them has an outcome here or is among `calls` or `items`, never both.
 *
 * - `decided`: every item has an outcome. `fault`: the call failed as a whole, because of its data.
 * - `failed`: it failed as a whole because of its data, and of whose is not known. `final` are the outcomes if it was of all.
 * - `replaced`: these calls are made instead of it: with another token, in another form, or as its two parts.
 * - `notSent`: the permit was over before the call could be sent, so these items are still to be sent.
 *
 * `outcomes` of a call that failed, was replaced or not sent hold what the send-once records had decided before.
 */
type CallResult =
  | { readonly kind: 'decided'; readonly outcomes: Outcomes; readonly fault?: Fault }
  | { readonly kind: 'failed'; readonly outcomes: Outcomes; readonly final: Outcomes; readonly fault: Fault }
  | { readonly kind: 'replaced'; readonly outcomes: Outcomes; readonly calls: readonly Call[] }
  | { readonly kind: 'notSent'; readonly outcomes: Outcomes; readonly items: readonly WorkItem[] };

export type { CallResult };
