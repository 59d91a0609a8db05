import { keysByMark } from './model/arrived-call.ts';
import type { Publication } from './publications.ts';

/**
 * Who waits for whom, at the most: messages with a key in common, and those that have one in common with these, and so on. One
 * of them may wait until all the others have had their end, since each keeps its turn.
 */
function keyNeighbours(publications: Iterable<Publication>): ReadonlyMap<Publication, readonly Publication[]> {
  const groupOf = new Map<Publication, Publication[]>();
  const byKey = new Map<string, Publication>();
  for (const publication of publications) {
    groupOf.set(publication, [publication]);
    for (const key of new Set([...keysByMark(publication).values()].flat())) {
      const first = byKey.get(key);
      byKey.set(key, first ?? publication);
      if (first !== undefined) join(groupOf, first, publication);
    }
  }
  return groupOf;
}

function join(groupOf: Map<Publication, Publication[]>, one: Publication, other: Publication): void {
  const [into = [], from = []] = [groupOf.get(one), groupOf.get(other)];
  if (into === from) return;
  into.push(...from);
  for (const moved of from) groupOf.set(moved, into);
}

export { keyNeighbours };
