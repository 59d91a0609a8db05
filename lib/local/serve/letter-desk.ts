import { holdLetters, type LetterHold } from '../../aws/hold-letters.ts';
import { createS3Overflow } from '../../aws/s3-overflow.ts';
import { createSqsLaneQueues } from '../../aws/sqs-lane-queues.ts';
import { isMessageCut, originalBodyOf } from '../../dead-letter/triage/original.ts';
import { factsOf, type LetterFacts, type QueuedLetter } from '../../dead-letter/triage/queued-letter.ts';
import { lineOf, planResend, type ResendPlan } from '../../dead-letter/triage/resend.ts';
import type { LyingMessage } from '../../emulators/queues.ts';
import { SILENT_LOG } from '../cli/json-log.ts';
import type { LocalRelay } from '../relay.ts';

interface SeenLetter {
  readonly letter: QueuedLetter;
  readonly facts: LetterFacts;
  /** Somebody has received it and not given it back: it can be read, not sent. */
  readonly isHidden: boolean;
}

/** A letter with the text that it was cut from, where that is in the bucket. */
interface OpenLetter extends SeenLetter {
  readonly whole?: string;
  /** The message as its publisher wrote it. */
  readonly message: string;
  /** The message is neither on the queue nor in the bucket. */
  readonly isLost: boolean;
}

type ResendOutcome =
  | { readonly kind: 'sent'; readonly relayId: string }
  /** What is wrong with the message as it was edited, a line each: nothing was sent. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
  | { readonly kind: 'notSent'; readonly detail: string };

interface ResendRequest {
  readonly messageId: string;
  readonly editedBody?: string;
  readonly includeUnknown: boolean;
}

interface Ready {
  readonly kind: 'ready';
  readonly messageId: string;
  readonly plan: Extract<ResendPlan, { kind: 'ready' }>;
}

interface LetterDesk {
  /** The newest first. A look: nothing is received. */
  list(): readonly SeenLetter[];
  open(messageId: string): Promise<OpenLetter | undefined>;
  /** Whether it could be sent, as it is or as it was edited. */
  check(request: ResendRequest): Promise<ResendOutcome>;
  /**
   * Sends letters again in the order given. Each is taken off its queue once its copy is accepted, never before; one that cannot be sent
   * stays where it is.
   */
  resend(requests: readonly ResendRequest[]): Promise<readonly ResendOutcome[]>;
}

/** Of letters that were looked at before: they do not change. */
const MAX_KNOWN = 20_000;
const HOLD_SECONDS = 120;
const HELD = 'Somebody else has received it just now: try again later.';

/** The dead letters of a relay on this machine, for its page: the same functions as the command line's, over one letter. */
function createLetterDesk(relay: LocalRelay, nowMs: () => number): LetterDesk {
  const { sqs, s3 } = relay.clients;
  const { queueUrl, backfillQueueUrl } = relay;
  const queue = createSqsLaneQueues({ client: sqs, queueUrl, backfillQueueUrl, log: SILENT_LOG });
  const known = new Map<string, LetterFacts>();

  function see(lying: LyingMessage): SeenLetter {
    const letter = toQueuedLetter(lying);
    const facts = known.get(letter.messageId) ?? factsOf(letter);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(letter.messageId, facts);
    return { letter, facts, isHidden: lying.isHidden };
  }

  async function open(messageId: string): Promise<OpenLetter | undefined> {
    const lying = relay.lyingLetters().find((each) => each.messageId === messageId);
    if (lying === undefined) return undefined;
    const seen = see(lying);
    const { facts, letter } = seen;
    const isOurs = facts.overflow?.bucket === relay.bucketName;
    const store = createS3Overflow({ client: s3, bucket: relay.bucketName });
    const whole = facts.overflow && isOurs ? await store.get(facts.overflow.key).catch(() => undefined) : undefined;
    return {
      ...seen,
      ...(whole === undefined ? {} : { whole }),
      message: facts.source === 'sqs' ? letter.body : originalBodyOf(whole ?? letter.body),
      isLost: whole === undefined && isMessageCut(letter.body),
    };
  }

  async function plan(request: ResendRequest): Promise<Ready | ResendOutcome> {
    const { messageId, editedBody, includeUnknown } = request;
    const opened = await open(messageId);
    if (opened === undefined) return notSent('It is no longer on the dead-letter queue.');
    if (opened.isLost && editedBody === undefined) return notSent('Its message is no longer in the overflow bucket.');
    const edited = editedBody === undefined ? {} : { editedBody };
    const planned = planResend(opened.letter, opened.whole, { edits: [], includeUnknown, nowMs: nowMs(), ...edited });
    if (planned.kind === 'ready') return { kind: 'ready', messageId, plan: planned };
    return planned.kind === 'refused'
      ? { kind: 'refused', problems: planned.problems.map((problem) => lineOf([problem])) }
      : notSent(planned.detail);
  }

  async function resend(requests: readonly ResendRequest[]): Promise<readonly ResendOutcome[]> {
    const plans: (Ready | ResendOutcome)[] = [];
    for (const request of requests) plans.push(await plan(request));
    const ready = plans.filter((each) => each.kind === 'ready');
    const outcomes = ready.length === 0 ? new Map<string, ResendOutcome>() : await send(ready);
    return plans.map((each) =>
      each.kind === 'ready' ? (outcomes.get(each.messageId) ?? notSent('It was not reached.')) : each,
    );
  }

  async function send(ready: readonly Ready[]): Promise<ReadonlyMap<string, ResendOutcome>> {
    const outcomes = new Map<string, ResendOutcome>();
    const hold = holdLetters({ client: sqs, queueUrl: relay.deadLetterQueueUrl, holdSeconds: HOLD_SECONDS });
    try {
      const missing = new Set(ready.map(({ messageId }) => messageId));
      const found = new AbortController();
      await hold.readAll(({ messageId }) => {
        missing.delete(messageId);
        if (missing.size === 0) found.abort();
      }, found.signal);
      for (const { messageId, plan: planned } of ready) {
        outcomes.set(messageId, missing.has(messageId) ? notSent(HELD) : await sendOne(hold, messageId, planned));
      }
    } finally {
      await hold.release();
    }
    return outcomes;
  }

  async function sendOne(hold: LetterHold, messageId: string, planned: Ready['plan']): Promise<ResendOutcome> {
    const [outcome] = await queue.send([planned.outgoing]);
    if (outcome?.accepted !== true) return notSent(`The queue did not accept it: ${outcome?.error ?? 'no answer'}.`);
    const stayed = (await hold.remove([messageId])).get(messageId);
    if (stayed !== undefined) return notSent(`It was sent, and is still on the dead-letter queue: ${stayed}.`);
    return { kind: 'sent', relayId: planned.relayId };
  }

  async function check(request: ResendRequest): Promise<ResendOutcome> {
    const planned = await plan(request);
    return planned.kind === 'ready' ? { kind: 'sent', relayId: planned.plan.relayId } : planned;
  }

  return { list: () => relay.lyingLetters().map(see).toReversed(), open, check, resend };
}

function notSent(detail: string): ResendOutcome {
  return { kind: 'notSent', detail };
}

function toQueuedLetter({ messageId, body, attributes, sentAtMs }: LyingMessage): QueuedLetter {
  const entries = Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    {
      dataType: DataType,
      ...(StringValue === undefined ? {} : { stringValue: StringValue }),
      ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
    },
  ]);
  return { messageId, body, attributes: Object.fromEntries(entries), sentAtMs };
}

export type { LetterDesk, OpenLetter, ResendOutcome, ResendRequest, SeenLetter };
export { createLetterDesk };
