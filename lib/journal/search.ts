import type { KeyHash } from './key-hash.ts';
import { type JournalLine, withoutAddress } from './line.ts';

/** What somebody asks a journal for, as its lines have it: a line that has any of these is meant. */
interface Wanted {
  readonly relayIds: readonly string[];
  readonly marketoIds: readonly string[];
  readonly keys: readonly string[];
  readonly addresses: readonly string[];
}

/**
 * An address, a relay id, or what Marketo calls an object.
 *
 * @example
 * wantedBy('Ada@example.com', hash).keys; // [hash('lead:email:ada@example.com')]
 * wantedBy('318', hash); // the relay id 318, the object 318, and records that name the lead 318
 */
function wantedBy(term: string, hash: KeyHash): Wanted {
  const said = term.trim();
  if (!said.includes('@')) {
    const keys = /^\d{1,18}$/.test(said) ? [hash(`lead:id:${said}`)] : [];
    return { relayIds: [said], marketoIds: [said], keys, addresses: [] };
  }
  const address = said.toLowerCase();
  // A relay id is written as its publisher spelt it.
  const relayIds = [...new Set([said, address])].map((text) => withoutAddress(text, hash));
  return { relayIds, marketoIds: relayIds, keys: [hash(`lead:email:${address}`)], addresses: [hash(address)] };
}

function isWanted(line: JournalLine, { relayIds, marketoIds, keys, addresses }: Wanted): boolean {
  return (
    relayIds.includes(line.relay_id) ||
    line.keys.some((key) => keys.includes(key)) ||
    (line.marketo_ids ?? []).some((id) => id !== null && marketoIds.includes(id)) ||
    (line.addresses ?? []).some((address) => addresses.includes(address))
  );
}

/**
 * The lead ids that lines of a record with this address give it. A line that names several records says of none which id is its
 * own.
 */
function leadIdsIn(lines: readonly JournalLine[], { keys }: Wanted): ReadonlySet<string> {
  const ids = lines.flatMap(({ keys: own, marketo_ids: found = [] }) =>
    own.length === 1 && found.length === 1 && keys.includes(own[0] ?? '') ? found : [],
  );
  return new Set(ids.filter((id): id is string => id !== null && /^\d+$/.test(id)));
}

export type { Wanted };
export { isWanted, leadIdsIn, wantedBy };
