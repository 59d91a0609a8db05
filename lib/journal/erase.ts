import type { JournalLine } from './line.ts';
import { isWanted, type Wanted } from './search.ts';

interface Erased {
  readonly lines: readonly JournalLine[];
  /** Lines that are gone. */
  readonly removed: number;
  /** Lines of several records that have lost what named the person, and which objects it was about. */
  readonly stripped: number;
}

/**
 * Takes a person out of lines. All lines of a record go together, since all of them have its keys, so that what is left is a
 * journal in which every promise can still be checked.
 *
 * A line of a whole message may name others too. It stays, without the person's hashes; and without the ids of its objects, since
 * it does not say which of them is whose.
 */
function eraseFrom(lines: readonly JournalLine[], wanted: Wanted): Erased {
  let removed = 0;
  let stripped = 0;
  const kept = lines.flatMap((line) => {
    if (!isWanted(line, wanted)) return [line];
    const isOwn = ({ keys, addresses = [] }: JournalLine): boolean =>
      keys.every((key) => wanted.keys.includes(key)) && addresses.every((one) => wanted.addresses.includes(one));
    if (line.position !== undefined || wanted.relayIds.includes(line.relay_id) || isOwn(line)) {
      removed += 1;
      return [];
    }
    stripped += 1;
    return [strip(line, wanted)];
  });
  return { lines: kept, removed, stripped };
}

function strip(line: JournalLine, wanted: Wanted): JournalLine {
  const { marketo_ids: _, statuses: __, addresses = [], ...rest } = line;
  const others = addresses.filter((one) => !wanted.addresses.includes(one));
  return {
    ...rest,
    keys: line.keys.filter((key) => !wanted.keys.includes(key)),
    ...(others.length > 0 && { addresses: others }),
  };
}

export type { Erased };
export { eraseFrom };
