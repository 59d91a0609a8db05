/**
 * How sure it is that Marketo does the same. `recorded`: seen in an exchange with Marketo, or reported of one.
 * `documented`: Adobe's pages or description say so. `inferred`: follows from what they say. `unknown`: somebody had to
 * decide, and no source says that it is so.
 */
type Tag = 'recorded' | 'documented' | 'inferred' | 'unknown';

interface Rule {
  /** Stands in a comment where the rule is implemented: `// Rule: lists-unknown`. */
  readonly id: string;
  readonly does: string;
  readonly tag: Tag;
  readonly source: string;
}

export type { Rule, Tag };
