import type { CodeLevel, VerdictRule } from '../../marketo/catalogue/types.ts';
import type { MarketoError, NamedObject } from '../../marketo/reply.ts';
import type { RelayCode } from '../../settings/relay-codes.ts';

/** What a reply means for one item. */
interface Verdict {
  readonly rule: VerdictRule;
  /** Marketo's code, `ok`, or a {@link RelayCode}. */
  readonly code: string;
  readonly level: CodeLevel | 'relay';
  /** What Marketo said of it. */
  readonly message: string;
  /** Everything Marketo said, when that was more than one thing. */
  readonly errors: readonly MarketoError[];
  /** Whether Marketo may have done what was asked. */
  readonly executed: 'yes' | 'no' | 'unknown';
  /** False when the reply does not count against the day: Marketo's starred codes. */
  readonly counted: boolean;
  /** Marketo's own id of the request, for its support. */
  readonly requestId?: string;
  /** One for a record; for a message that stands or falls as a whole, those that its reply names, if it is no read. */
  readonly objects?: readonly NamedObject[];
}

const DELIVERED: Verdict = {
  rule: { kind: 'delivered' },
  code: 'ok',
  level: 'response',
  message: '',
  errors: [],
  executed: 'yes',
  counted: true,
};

/**
 * Which verdict counts when there are several: a refused token explains everything else; then what concerns the whole
 * line; a permanent fault before a passing one, since waiting would not cure it.
 */
const WEIGHT: Record<VerdictRule['kind'], number> = {
  reauthenticate: 8,
  stop: 7,
  reshape: 6,
  isolate: 5,
  reject: 4,
  retry: 3,
  wait: 2,
  delivered: 1,
};

function heaviest(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce((a, b) => (WEIGHT[b.rule.kind] > WEIGHT[a.rule.kind] ? b : a));
}

export type { Verdict };
export { DELIVERED, heaviest };
