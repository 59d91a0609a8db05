import { holdLetters, type LetterHold, type ReadingEnd } from '../../aws/hold-letters.ts';
import { createS3Overflow } from '../../aws/s3-overflow.ts';
import { type LetterFilter, matches, needsTexts } from '../../dead-letter/triage/filter.ts';
import { originalBodyOf } from '../../dead-letter/triage/original.ts';
import { factsOf, type LetterFacts, type QueuedLetter } from '../../dead-letter/triage/queued-letter.ts';
import { formatCount, plural } from '../cli/layout.ts';
import { type CliIo, createProgress, note } from '../io.ts';
import type { RelayTarget } from '../target/target.ts';
import type { ExitName } from '../verb-failure.ts';

interface MatchedLetter {
  readonly letter: QueuedLetter;
  readonly facts: LetterFacts;
  /** The letter out of the overflow bucket. */
  readonly whole?: string;
  /** Why there is no whole letter although this one was cut. */
  readonly wholeProblem?: string;
}

interface ReadMatchingInput {
  readonly io: CliIo;
  readonly target: RelayTarget;
  readonly filter: LetterFilter;
  /** Whether letters that were cut are fetched from the bucket: those that match, or only where the filter needs it. */
  readonly fetchWhole: boolean;
  readonly holdSeconds: number;
  readonly stop: AbortSignal;
  readonly onMatch: (matched: MatchedLetter) => void | Promise<void>;
}

interface Reading {
  readonly hold: LetterHold;
  readonly end: ReadingEnd;
  readonly matched: number;
}

/**
 * Reads the whole dead-letter queue and hands over what matches. The letters stay held: the caller releases them, when it
 * is done, however that ends.
 */
async function readMatching(input: ReadMatchingInput): Promise<Reading> {
  const { io, target, filter, holdSeconds, stop } = input;
  const hold = holdLetters({ client: target.clients.sqs, queueUrl: target.deadLetterQueueUrl, holdSeconds });
  const progress = createProgress(io);
  let read = 0;
  let matched = 0;
  try {
    const end = await hold.readAll(async (letter) => {
      read += 1;
      progress.show(`Reading the dead-letter queue: ${formatCount(read)}`);
      const found = await matchOne(letter, input, filter);
      if (found === undefined) return;
      matched += 1;
      await input.onMatch(found);
    }, stop);
    return { hold, end, matched };
  } catch (error) {
    await hold.release();
    throw error;
  } finally {
    progress.clear();
  }
}

async function matchOne(
  letter: QueuedLetter,
  { target, fetchWhole }: ReadMatchingInput,
  filter: LetterFilter,
): Promise<MatchedLetter | undefined> {
  const facts = factsOf(letter);
  const { keys: _keys, texts: _texts, ...cheap } = filter;
  const unread = { letter: () => '', body: () => '' };
  // What needs no text decides first: a letter in the bucket is fetched only if it may matter.
  if (!matches(cheap, facts, unread)) return undefined;
  const fetched = fetchWhole || needsTexts(filter) ? await fetchWholeOf(facts, target) : {};
  const text = fetched.whole ?? letter.body;
  const body = (): string => (facts.source === 'sqs' ? letter.body : originalBodyOf(text));
  if (!matches(filter, facts, { letter: () => text, body })) return undefined;
  return { letter, facts, ...fetched };
}

async function fetchWholeOf(
  { overflow }: LetterFacts,
  target: RelayTarget,
): Promise<Pick<MatchedLetter, 'whole' | 'wholeProblem'>> {
  if (overflow === undefined) return {};
  const where = `s3://${overflow.bucket}/${overflow.key}`;
  if (overflow.bucket !== target.overflowBucketName) {
    return {
      wholeProblem: `the whole letter is said to be in ${where}, which is not this relay's bucket: not fetched`,
    };
  }
  try {
    const store = createS3Overflow({ client: target.clients.s3, bucket: overflow.bucket });
    const whole = await store.get(overflow.key);
    if (whole !== undefined) return { whole };
    return {
      wholeProblem: `the whole letter is not in ${where} (or is larger than any that the relay writes): its lifetime there may be over`,
    };
  } catch (error) {
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { wholeProblem: `the whole letter could not be fetched from ${where}: ${said}` };
  }
}

/** Says what a reader has to know about how the reading ended; gives the exit that it alone would mean. */
function reportEnd({ end }: Pick<Reading, 'end'>, io: CliIo): ExitName {
  if (end.hidden > 0) {
    note(io, `${plural(end.hidden, 'letter')} hidden by another reader just now, and not among these.`);
  }
  switch (end.kind) {
    case 'all':
      return 'done';
    case 'stopped':
      note(io, 'Interrupted: these are the letters read so far.');
      return 'interrupted';
    case 'bound':
      note(
        io,
        `Stopped at ${formatCount(end.read)} letters, as many as are held at once; SQS counts ${formatCount(end.left)} more.`,
      );
      return 'failed';
    case 'some':
      note(
        io,
        `SQS counts ${formatCount(end.left)} more and did not give them: run it again to see whether they are there.`,
      );
      return 'failed';
  }
}

export type { MatchedLetter, Reading };
export { readMatching, reportEnd };
