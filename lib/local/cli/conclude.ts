import type { LetterLine } from '../letter-line.ts';
import type { LocalRelay } from '../relay.ts';
import { type Account, account, type FoundLetter, type PublishedMessage } from '../report/accounting.ts';
import { type ReportedLetter, type RunEnd, type RunFacts, type Summary, summarize } from '../report/summary.ts';
import type { Tally } from '../report/tally.ts';

interface Conclusion {
  readonly end: RunEnd;
  readonly tally: Tally;
  readonly published: readonly PublishedMessage[];
  readonly facts: RunFacts;
  readonly durationMs: number;
  readonly problems: readonly string[];
  readonly serve: boolean;
}

/** Counts what lies on the queues, and balances it with what the function told. */
async function conclude(relay: LocalRelay, input: Conclusion): Promise<Summary> {
  const letters = await relay.letters();
  const counts = await relay.queueCounts();
  const taken = relay.takenLetters();
  const strangers = input.serve ? publishedByOthers(input, [...letters, ...taken]) : [];
  const published = [...input.published, ...strangers];
  const onQueue = counts.visible + counts.inFlight + counts.delayed;
  const balance = account({
    published,
    fates: input.tally.fates,
    letters: letters.map(toFound),
    takenLetters: taken.map(toFound),
    onQueue,
  });
  return summarize({
    end: input.end,
    problems: input.problems,
    run: input.facts,
    durationMs: input.durationMs,
    account: input.serve ? withUnseen(balance, onQueue) : balance,
    tally: input.tally,
    ledger: await relay.ledger(),
    fake: relay.fake?.stats,
    letters: withLines(letters, input.published),
    accepted: relay.acceptedLetters(),
  });
}

function toFound({ relayId, positions }: LetterLine): FoundLetter {
  return { relayId, partial: positions !== undefined };
}

/** Messages from outside that the function has not reached yet. */
function withUnseen(balance: Account, onQueue: number): Account {
  const unseen = Math.max(0, onQueue - balance.queued);
  return { ...balance, published: balance.published + unseen, queued: balance.queued + unseen };
}

/** Messages that came to the queue from outside are known only by what became of them. */
function publishedByOthers(input: Conclusion, letters: readonly LetterLine[]): readonly PublishedMessage[] {
  const own = new Set(input.published.flatMap((message) => [message.messageId, message.id ?? message.messageId]));
  const seen = new Set([...input.tally.fates.keys(), ...letters.map((letter) => letter.relayId)]);
  return [...seen].filter((relayId) => !own.has(relayId)).map((messageId) => ({ messageId }));
}

function withLines(letters: readonly LetterLine[], published: readonly PublishedMessage[]): readonly ReportedLetter[] {
  const sources = new Map<string, PublishedMessage>();
  for (const message of published) {
    sources.set(message.messageId, message);
    if (message.id !== undefined) sources.set(message.id, message);
  }
  return letters.map((letter) => {
    const { line, id } = sources.get(letter.relayId) ?? {};
    return { ...letter, ...(line !== undefined && { line }), ...(id !== undefined && { id }) };
  });
}

export { conclude };
