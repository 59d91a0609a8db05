/** The CDK command line puts these into the context, without the colon or slash that its other names have. */
const NAMES_OF_CDK: ReadonlySet<string> = new Set(['acknowledged-issue-numbers', 'cli-telemetry']);
/** Two slips of the keyboard. The names themselves lie further apart than that from any word of another meaning. */
const MOST_SLIPS = 2;

/**
 * What is most likely meant by a name in the context that is not one of ours: the name in another case, with dashes,
 * underscores or dots in it, or misspelt by a letter or two. Undefined when it resembles none.
 *
 * @example
 * nameMeant('rate-limit-calls', ['rateLimitCalls']); // 'rateLimitCalls'
 */
function nameMeant(given: string, known: readonly string[]): string | undefined {
  if (known.includes(given) || !canBeOurs(given)) return undefined;
  const plain = letters(given);
  const near = known
    .map((name) => ({ name, slips: slipsBetween(plain, letters(name)) }))
    .toSorted((one, other) => one.slips - other.slips);
  return near[0] !== undefined && near[0].slips <= MOST_SLIPS ? near[0].name : undefined;
}

/** CDK's own names have a colon, a slash or an @ in them (feature flags, cached look-ups). */
function canBeOurs(name: string): boolean {
  return !/[:/@]/.test(name) && !NAMES_OF_CDK.has(name);
}

function letters(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
}

/** Levenshtein's distance: letters to change, add or leave out. */
function slipsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const changed = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

export { canBeOurs, nameMeant };
