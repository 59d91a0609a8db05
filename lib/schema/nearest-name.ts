/** A third of a name's characters may be wrong, and four at most: beyond that, a guess helps nobody. */
const MAX_EDITS = 4;

/**
 * The name that was probably meant: the same but for case, blanks and signs; else the fewest letters away. Undefined when
 * nothing is near.
 *
 * @example
 * nearestName('favouriteColour', ['firstName', 'favoriteColor']); // 'favoriteColor'
 */
function nearestName(name: string, known: Iterable<string>): string | undefined {
  const plain = plainOf(name);
  const most = Math.min(MAX_EDITS, Math.floor(plain.length / 3));
  let nearest: { readonly name: string; readonly edits: number } | undefined;
  for (const one of known) {
    const edits = editsBetween(plain, plainOf(one), Math.min(most, (nearest?.edits ?? most + 1) - 1));
    if (edits === undefined) continue;
    nearest = { name: one, edits };
    if (edits === 0) break;
  }
  return nearest?.name;
}

function plainOf(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** Letters to add, drop, change, or swap with their neighbour (optimal string alignment); undefined for more than `most`. */
function editsBetween(one: string, other: string, most: number): number | undefined {
  if (most < 0 || Math.abs(one.length - other.length) > most) return undefined;
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at++) {
    const next = [at];
    for (let to = 1; to <= other.length; to++) {
      const change = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1);
      const isSwap = at > 1 && to > 1 && one[at - 1] === other[to - 2] && one[at - 2] === other[to - 1];
      const swap = isSwap ? (before[to - 2] ?? 0) + 1 : change;
      next.push(Math.min(change, swap, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    if (Math.min(...next) > most) return undefined;
    before = row;
    row = next;
  }
  const edits = row[other.length] ?? 0;
  return edits <= most ? edits : undefined;
}

export { nearestName };
