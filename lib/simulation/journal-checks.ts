import type { JournalEntry } from '../journal/entry.ts';
import { toLine } from '../journal/line.ts';
import { createJournalCheck, type VerifyRule } from '../journal/verify.ts';
import { parseLetter, type World } from './world.ts';

/**
 * SQS takes a copy, its reply is lost, and the SDK sends the copy again: both are tried, and their lines do not tell them from a copy
 * and the next one.
 */
const EXPLAINED_BY_DOUBLES: ReadonlySet<VerifyRule> = new Set(['oneEnd', 'nothingAfterSuccess']);

/**
 * What the journal of a run must show: no promise broken that a journal can show broken; nothing delivered that Marketo does not
 * have; and an end for every record that is not on a queue any more.
 */
function auditJournal(world: World): void {
  checkPromises(world);
  const ended = checkTruth(world);
  checkEnds(world, ended);
}

function checkPromises(world: World): void {
  const check = createJournalCheck();
  // The run is no place to look for addresses: its keys may stay as they are.
  for (const entries of world.journal) check.add(entries.map((entry) => toLine(entry, (text) => text)));
  const isDoubled = (world.tally.faults.get('queueReplyLost') ?? 0) > 0;
  for (const { rule, relayId, position, detail } of check.report(0).violations) {
    if (isDoubled && EXPLAINED_BY_DOUBLES.has(rule)) continue;
    const place = position === undefined ? '' : ` [${position}]`;
    fail(world, `${rule}: ${relayId}${place}: ${detail}`, relayId);
  }
}

/** @returns the marks that the journal says are delivered or dead. */
function checkTruth(world: World): ReadonlySet<string> {
  const ended = new Set<string>();
  for (const entry of world.journal.flat()) {
    if (entry.outcome === 'requeued') continue;
    for (const mark of marksOf(world, entry)) {
      ended.add(mark);
      if (entry.outcome === 'delivered' && !world.isDone(mark)) {
        fail(world, `${mark} is delivered (${entry.code}), and Marketo does not have it`, entry.relayId);
      }
    }
  }
  return ended;
}

/** What SQS moved by itself no worker has seen the end of. */
function checkEnds(world: World, ended: ReadonlySet<string>): void {
  const moved = [...world.deadLetters.messages.values()].filter(({ body }) => parseLetter(body) === undefined);
  const unseen = new Set([...moved, ...world.queue.messages.values()].flatMap(({ marks }) => marks));
  for (const publication of world.publications.values()) {
    const missing = publication.marks.filter((mark) => !ended.has(mark) && !unseen.has(mark));
    if (missing.length > 0) {
      world.checks.fail('journalTells', `no end of ${missing.join(' ')}`, publication.marks);
    }
  }
}

/** The record that an entry is about, or all of a message that stands or falls as a whole. */
function marksOf(world: World, { relayId, position }: JournalEntry): readonly string[] {
  const mark = world.markOf.get(relayId);
  const publication = mark === undefined ? undefined : world.publicationOf(mark);
  if (publication === undefined) return [];
  const one = position === undefined ? undefined : publication.marks[position];
  return one === undefined ? publication.marks : [one];
}

function fail(world: World, detail: string, relayId: string): void {
  const mark = world.markOf.get(relayId);
  world.checks.fail('journalTells', detail, mark === undefined ? [] : [mark]);
}

export { auditJournal };
