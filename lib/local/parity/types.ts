import type { RuleId } from '../../fake-marketo/rules/rules.ts';
import type { Shape } from './shape.ts';

/** What earlier replies taught, in one of the two subscriptions. */
interface Known {
  readonly leadId?: number;
  readonly listId?: number;
}

interface ProbeRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its query, encoded. */
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string;
}

/** One call whose reply tells whether a rule holds. */
interface Probe {
  readonly rule: RuleId;
  /** Goes to an endpoint that writes, even where nothing is written. */
  readonly writes: boolean;
  /** Undefined when what it needs is not known. */
  request(known: Known): ProbeRequest | undefined;
  /** What it needs, for the report. */
  readonly needs?: string;
  /** The id of the first result is kept under this name. */
  readonly learns?: keyof Known;
}

type Seen = { readonly kind: 'shape'; readonly shape: Shape } | { readonly kind: 'noReply'; readonly reason: string };

type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'differs'; readonly differences: readonly string[] }
  /** The API user's role does not allow it, or what it needs is not there, or calls have run out. */
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'noReply'; readonly reason: string };

interface Row {
  readonly rule: RuleId;
  /** Method and path, without what stands for an id. */
  readonly call: string;
  readonly verdict: Verdict;
  /** Masked. */
  readonly message?: string;
}

interface ParityResult {
  readonly rows: readonly Row[];
  readonly calls: number;
  readonly budget: number;
  /** Why it ended before its last row. */
  readonly stopped?: string;
}

export type { Known, ParityResult, Probe, ProbeRequest, Row, Seen, Verdict };
