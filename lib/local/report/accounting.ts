import { type Fate, NO_FATE } from './tally.ts';

/** One message that was put on the queue, and every name under which the relay may speak of it. */
interface PublishedMessage {
  readonly messageId: string;
  /** The publisher's `id`, where the body has one: then it is the relay id. */
  readonly id?: string;
  /** Line of the file that it came from. */
  readonly line?: number;
  /** Entries of its `input`; absent where there is none, or where the body could not be read. */
  readonly records?: number;
}

/** A letter as found on the dead-letter queue. */
interface FoundLetter {
  readonly relayId: string;
  /** It speaks for some records of its message, and not for the whole. */
  readonly partial: boolean;
}

interface Account {
  readonly published: number;
  /** With every record accepted by Marketo. */
  readonly delivered: number;
  /** With a letter on the dead-letter queue, for the whole or for some records. */
  readonly dead: number;
  /** Those of the dead of which other records were delivered. */
  readonly deadInPart: number;
  /** Those of the dead whose letter somebody has taken off the queue since. */
  readonly taken: number;
  /** Duplicates, acknowledged with the message of the same relay id. */
  readonly deduplicated: number;
  /** Still on the queue. */
  readonly queued: number;
  /** Neither delivered, dead, deduplicated nor on the queue: must be none. */
  readonly lost: number;
  /** Relay ids among which the lost are, when there are any: all that are neither delivered, dead nor deduplicated. */
  readonly lostNames: readonly string[];
}

interface AccountInput {
  readonly published: readonly PublishedMessage[];
  readonly fates: ReadonlyMap<string, Fate>;
  /** Read from the dead-letter queue itself, not from what the function said of it. */
  readonly letters: readonly FoundLetter[];
  /** Letters that the queue accepted and no longer has: somebody took them, as is their right. */
  readonly takenLetters?: readonly FoundLetter[];
  /** Messages that SQS counts on the queue: visible, in flight, delayed. */
  readonly onQueue: number;
}

/** Most names of lost messages that are kept: enough to start looking. */
const MAX_NAMES = 20;

/**
 * Balances the books: each published message must be delivered, dead, deduplicated or still on the queue. Deliveries are
 * known from the delivery function's events; letters and the queue are counted where they lie.
 */
function account(input: AccountInput): Account {
  const lettersById = groupBy(input.letters, (letter) => letter.relayId);
  const takenById = groupBy(input.takenLetters ?? [], (letter) => letter.relayId);
  const sums = { delivered: 0, dead: 0, deadInPart: 0, taken: 0, deduplicated: 0 };
  const unsettled: string[] = [];
  for (const [relayId, messages] of groupByRelayId(input)) {
    const fate = input.fates.get(relayId) ?? NO_FATE;
    const present = lettersById.get(relayId) ?? [];
    const taken = takenById.get(relayId) ?? [];
    const letters = [...present, ...taken];
    const deduplicated = Math.min(fate.deduplicated, messages.length - 1);
    const rest = messages.length - deduplicated;
    // Twins share one fate: what is open in it is open for one of them.
    const ended = isSettled(messages, fate, letters) ? rest : rest - 1;
    const onQueue = Math.min(ended, present.length);
    const resent = isResent(messages, fate, taken) ? Math.min(ended - onQueue, fate.deliveries) : 0;
    const dead = Math.min(ended - resent, letters.length);
    const delivered = Math.min(ended - dead, fate.deliveries);
    sums.deduplicated += deduplicated;
    sums.dead += dead;
    sums.taken += dead - Math.min(dead, onQueue);
    sums.delivered += delivered;
    if (dead > 0 && fate.deliveries > 0 && letters.some((letter) => letter.partial)) sums.deadInPart += 1;
    for (let missing = rest - dead - delivered; missing > 0; missing -= 1) unsettled.push(relayId);
  }
  const queued = Math.min(unsettled.length, input.onQueue);
  return {
    published: input.published.length,
    ...sums,
    queued,
    lost: unsettled.length - queued,
    lostNames: queued === unsettled.length ? [] : unsettled.slice(0, MAX_NAMES),
  };
}

/** Whether what was in a letter has been delivered since it was taken off the queue. */
function isResent(messages: readonly PublishedMessage[], fate: Fate, taken: readonly FoundLetter[]): boolean {
  if (taken.length === 0 || fate.deliveries === 0) return false;
  const records = Math.max(...messages.map((message) => message.records ?? 0));
  return taken.some((letter) => !letter.partial) || (records > 0 && fate.deliveredRecords >= records);
}

/** Whether everything of a message has ended: no copy is under way, and its records are all accounted for. */
function isSettled(messages: readonly PublishedMessage[], fate: Fate, letters: readonly FoundLetter[]): boolean {
  if (letters.some((letter) => !letter.partial)) return true;
  if (fate.open) return false;
  // A message whose reply does not answer record by record stands or falls as one, and counts as one.
  if (letters.length === 0 && fate.deliveredRecords === fate.deliveries) return true;
  const records = Math.max(...messages.map((message) => message.records ?? 0));
  return fate.deliveredRecords + fate.deadRecords >= records;
}

/**
 * The relay id of a message is the publisher's `id`; the relay falls back on the SQS message id where the body cannot
 * be trusted to have one, so that name is looked for too.
 */
function groupByRelayId(input: AccountInput): Map<string, PublishedMessage[]> {
  const letters = [...input.letters, ...(input.takenLetters ?? [])];
  const known = new Set([...input.fates.keys(), ...letters.map((letter) => letter.relayId)]);
  return groupBy(input.published, (message) =>
    message.id !== undefined && !known.has(message.messageId) ? message.id : message.messageId,
  );
}

function groupBy<T>(entries: readonly T[], nameOf: (entry: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const group = groups.get(nameOf(entry));
    if (group === undefined) groups.set(nameOf(entry), [entry]);
    else group.push(entry);
  }
  return groups;
}

export type { Account, AccountInput, FoundLetter, PublishedMessage };
export { account };
