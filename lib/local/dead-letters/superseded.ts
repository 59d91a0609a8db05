import type { KeyHash } from '../../journal/key-hash.ts';
import { type JournalLine, withoutAddress } from '../../journal/line.ts';
import type { OpenJournal } from '../journal/open-journal.ts';
import { listSince, type ObjectsRead, readObjects } from '../journal/read-objects.ts';
import type { LetterRemark, ReadyLetter } from './plan-resends.ts';

/** A letter of which a journal shows that newer values of its records are delivered: sent again, it writes the old ones. */
interface Superseded {
  readonly letter: ReadyLetter;
  readonly remark: LetterRemark;
}

interface SupersededSearch {
  readonly found: readonly Superseded[];
  readonly read: ObjectsRead;
}

/** Athena takes 262,144 bytes of SQL (Athena: service quotas); a key is 16 characters, and some 25 around it. */
const MOST_KEYS_ASKED = 3_000;

/**
 * Asks the journal which letters have a key of which something published later is delivered. What is delivered is not what a
 * letter's own message had before: another copy of it is no newer value.
 *
 * @throws VerbFailure, Error when salt or journal cannot be read.
 */
async function findSuperseded(
  ready: readonly ReadyLetter[],
  journal: OpenJournal,
  { stop, nowMs }: { readonly stop: AbortSignal; readonly nowMs: number },
): Promise<SupersededSearch> {
  const hash = await journal.hash();
  const byKey = new Map<string, ReadyLetter[]>();
  for (const letter of ready) {
    for (const key of new Set(letter.keys.filter((one) => !one.startsWith('id:')).map(hash))) {
      byKey.set(key, [...(byKey.get(key) ?? []), letter]);
    }
  }
  const sinceMs = Math.min(...ready.map(({ facts }) => facts.firstSeenMs));
  const asked = [...byKey.keys()];
  const wanted = { relayIds: [], marketoIds: [], keys: asked.slice(0, MOST_KEYS_ASKED), addresses: [] };
  const isAll = asked.length <= MOST_KEYS_ASKED;
  const keys =
    asked.length === 0
      ? []
      : await (isAll ? journal.locate(wanted, sinceMs, stop) : listSince(journal.archive, sinceMs, nowMs));
  const newest = new Map<ReadyLetter, JournalLine>();
  const read = await readObjects({
    archive: journal.archive,
    keys,
    stop,
    onObject: (_, lines) => {
      for (const line of lines) if (line.outcome === 'delivered') noteLine(line, byKey, newest, hash);
    },
  });
  const found = ready.flatMap((letter): Superseded[] => {
    const line = newest.get(letter);
    if (line === undefined) return [];
    const detail = `${line.relay_id}, published ${line.published_at}, was delivered ${line.settled_at}`;
    return [{ letter, remark: { messageId: letter.facts.messageId, relayId: letter.facts.relayId, detail } }];
  });
  return { found, read };
}

function noteLine(
  line: JournalLine,
  byKey: ReadonlyMap<string, readonly ReadyLetter[]>,
  newest: Map<ReadyLetter, JournalLine>,
  hash: KeyHash,
): void {
  for (const letter of line.keys.flatMap((key) => byKey.get(key) ?? [])) {
    const { relayId, firstSeenMs } = letter.facts;
    if (line.relay_id === withoutAddress(relayId, hash) || Date.parse(line.published_at) <= firstSeenMs) continue;
    const known = newest.get(letter);
    if (known === undefined || known.published_at < line.published_at) newest.set(letter, line);
  }
}

export type { Superseded, SupersededSearch };
export { findSuperseded };
