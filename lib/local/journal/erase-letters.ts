import { createS3Overflow } from '../../aws/s3-overflow.ts';
import { createSqsQueue } from '../../aws/sqs-queue.ts';
import { type ErasedLetter, eraseFromLetter, type Person, withoutAddressOf } from '../../dead-letter/triage/erase.ts';
import { factsOf, type QueuedLetter } from '../../dead-letter/triage/queued-letter.ts';
import type { MessageAttribute } from '../../message/queue.ts';
import { SILENT_LOG } from '../cli/json-log.ts';
import { HOLD_SECONDS, keepHeld } from '../dead-letters/keep-held.ts';
import { holdTargetLetters } from '../dead-letters/read-matching.ts';
import type { CliIo } from '../io.ts';
import type { RelayTarget } from '../target/target.ts';
import { eraseFromRows, FILES_PREFIX } from './erase-rows.ts';
import { listOverflow, removeOverflow } from './overflow-objects.ts';

interface Counts {
  /** About the person alone: gone. */
  readonly removed: number;
  /** About others too: rewritten without the person. */
  readonly rewritten: number;
}

interface LettersErasure {
  readonly deadLetters: Counts;
  readonly overflow: Counts;
  readonly found: number;
  readonly problems: readonly string[];
}

interface EraseLettersInput {
  readonly io: CliIo;
  readonly target: RelayTarget;
  readonly address: string;
  readonly leadIds: readonly string[];
  readonly isMeant: boolean;
  readonly stop: AbortSignal;
}

/**
 * Erases a person from the overflow bucket and then from the dead-letter queue. A letter that is about others too is sent
 * anew without the person before the one on the queue is removed: interrupted between the two, both are there, and the next
 * run erases the old one.
 */
async function eraseLetters(input: EraseLettersInput): Promise<LettersErasure> {
  const { address, leadIds } = input;
  const person: Person = { address, keys: [`lead:email:${address}`, ...leadIds.map((id) => `lead:id:${id}`)] };
  const problems: string[] = [];
  const bucket = await eraseOverflow(input, person, problems);
  const queue = await eraseQueue(input, person, bucket.gone, problems);
  const found = bucket.removed + bucket.rewritten + queue.removed + queue.rewritten;
  return {
    deadLetters: queue,
    overflow: { removed: bucket.removed, rewritten: bucket.rewritten },
    found,
    problems,
  };
}

/** @returns also the keys of objects that are gone: the letters that point there go too. */
async function eraseOverflow(
  { target, isMeant, stop }: EraseLettersInput,
  person: Person,
  problems: string[],
): Promise<Counts & { readonly gone: ReadonlySet<string> }> {
  const store = createS3Overflow({ client: target.clients.s3, bucket: target.overflowBucketName });
  const gone = new Set<string>();
  let rewritten = 0;
  const keys = [...(await listOverflow(target, stop)), ...(await listOverflow(target, stop, FILES_PREFIX))];
  for (const key of keys) {
    if (stop.aborted) break;
    try {
      const text = await store.get(key);
      const erased = text === undefined ? UNTOUCHED : eraseFromObject(key, text, person);
      if (erased.kind === 'gone') {
        gone.add(key);
        if (isMeant) await removeOverflow(target, key);
      } else if (erased.kind === 'rewritten') {
        rewritten += 1;
        if (isMeant) await store.put(key, erased.text);
      }
    } catch (error) {
      problems.push(`an object of the overflow bucket: ${said(error)}`);
    }
  }
  return { removed: gone.size, rewritten, gone };
}

const UNTOUCHED: ErasedLetter = { kind: 'untouched' };

/** A letter, or a list of rows. A file that is still to be imported has to stay as it is. */
function eraseFromObject(key: string, text: string, person: Person): ErasedLetter {
  if (!key.startsWith(FILES_PREFIX)) return eraseFromLetter(text, person);
  const rows = eraseFromRows(key, text, person);
  return rows === undefined ? UNTOUCHED : { kind: 'rewritten', text: rows };
}

async function eraseQueue(
  { io, target, isMeant, stop }: EraseLettersInput,
  person: Person,
  goneObjects: ReadonlySet<string>,
  problems: string[],
): Promise<Counts> {
  const hold = holdTargetLetters(target, HOLD_SECONDS);
  const queue = createSqsQueue({ client: target.clients.sqs, queueUrl: target.deadLetterQueueUrl, log: SILENT_LOG });
  const removable: string[] = [];
  const anew: { readonly letter: QueuedLetter; readonly text: string }[] = [];
  const letGo = keepHeld(hold, io.clock);
  try {
    const end = await hold.readAll((letter) => {
      const pointer = factsOf(letter).overflow;
      const erased = eraseFromLetter(letter.body, person);
      if (erased.kind === 'gone' || (pointer !== undefined && goneObjects.has(pointer.key))) {
        removable.push(letter.messageId);
      } else if (erased.kind === 'rewritten') {
        anew.push({ letter, text: erased.text });
      }
    }, stop);
    if (end.kind !== 'all') problems.push(`${end.left} dead letters were not read: run it again`);
    if (end.hidden > 0) problems.push(`${end.hidden} dead letters are hidden by another reader: run it again`);
    const counts = { removed: removable.length, rewritten: anew.length };
    if (!isMeant || stop.aborted) return counts;
    const outcomes = await queue.send(
      anew.map(({ letter, text }) => ({ body: text, attributes: without(letter.attributes, person), delaySeconds: 0 })),
    );
    const replaced = anew.flatMap(({ letter }, index) =>
      outcomes[index]?.accepted === true ? [letter.messageId] : [],
    );
    if (replaced.length < anew.length)
      problems.push(`${anew.length - replaced.length} dead letters could not be rewritten`);
    const stayed = await hold.remove([...removable, ...replaced]);
    if (stayed.size > 0) problems.push(`${stayed.size} dead letters could not be removed: ${[...stayed.values()][0]}`);
    return counts;
  } finally {
    letGo();
    await hold.release();
  }
}

function without(
  attributes: Readonly<Record<string, MessageAttribute>>,
  person: Person,
): Readonly<Record<string, MessageAttribute>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      value.stringValue === undefined ? value : { ...value, stringValue: withoutAddressOf(value.stringValue, person) },
    ]),
  );
}

function said(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export type { LettersErasure };
export { eraseLetters };
