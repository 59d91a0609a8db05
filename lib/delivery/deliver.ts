import { buildDeadLetter } from '../dead-letter/build.ts';
import { failureFromProblems } from '../dead-letter/failure.ts';
import type { Intake, Message } from '../message/message.ts';
import type { MessageProblem } from '../message/problem.ts';
import type { ReceivedMessage, SendOutcome } from '../message/queue.ts';
import { Run } from './call/scheduler.ts';
import { createSendOnceSession } from './call/send-once-session.ts';
import { checkUsage } from './call/usage-check.ts';
import type { DeliveryDeps } from './deps.ts';
import { deduplicate } from './intake/deduplicate.ts';
import { readMessage } from './intake/read-message.ts';
import { type Settlement, settlementsOf } from './settle/settlement.ts';

/** A send-once record outlives its invocation by so much, for clocks that differ and functions that are stopped late. */
const CLAIM_MARGIN_MS = 60_000;
const NOT_ITS_OWN_ID: MessageProblem = {
  path: 'id',
  expected: 'an id of its own; another message of the same batch has it, with another request',
};
/** A message that could not be settled is brought again by SQS after its visibility timeout. */
type Unsettled = ReadonlySet<string>;

/**
 * The way of a message: intake, plan, call, judge, settle.
 *
 * @returns message ids that are not settled and must not be acknowledged. Never throws for anything a message or a reply
 * can hold.
 * @example
 * const failed = await deliverBatch(records, deps, clock.nowMs() + context.getRemainingTimeInMillis());
 */
async function deliverBatch(
  records: readonly ReceivedMessage[],
  deps: DeliveryDeps,
  deadlineMs: number,
): Promise<Unsettled> {
  const taken = await Promise.all(records.map((record) => take(record, deps)));
  const intakes = taken.filter((intake) => intake !== undefined);
  const unread = records.filter((_, index) => taken[index] === undefined).map((record) => record.messageId);
  const valid = intakes.flatMap((intake) => (intake.kind === 'message' ? [intake.message] : []));
  const { messages, followers, conflicting } = deduplicate(valid);
  const invalid = [
    ...intakes.flatMap((intake) => (intake.kind === 'invalid' ? [intake] : [])),
    ...conflicting.map((message) => ({ ...message, kind: 'invalid' as const, problems: [NOT_ITS_OWN_ID] })),
  ];

  const claims = createSendOnceSession(
    deps.sendOnce,
    () => deadlineMs - deps.clock.nowMs() + CLAIM_MARGIN_MS,
    deps.log,
  );
  const run = new Run(messages, claims, deps, deadlineMs);
  const outcomes = await run.finish();

  const settlements = settlementsOf(messages, outcomes, {
    nowMs: deps.clock.nowMs(),
    secrets: deps.secrets(),
  });
  const [unsettled, refused] = await Promise.all([
    carryOut(settlements, deps),
    sendInvalid(invalid, deps),
    Promise.all(run.releases),
    checkUsage(deps, deadlineMs),
  ]);
  for (const { received, state } of messages) {
    for (const twin of followers.get(received.messageId) ?? []) {
      if (unsettled.has(received.messageId)) unsettled.add(twin.messageId);
      else deps.observe({ kind: 'deduplicated', relayId: state.relayId });
    }
  }
  return new Set([...unsettled, ...refused, ...unread]);
}

/**
 * Reads a record, fetching the whole of a letter that was too large for the queue. Undefined when the store will not
 * answer now: SQS brings the record again.
 */
async function take(
  record: ReceivedMessage,
  { overflow, clock, log }: DeliveryDeps,
): Promise<Exclude<Intake, { kind: 'overflowed' }> | undefined> {
  const intake = readMessage(record, clock.nowMs());
  if (intake.kind !== 'overflowed') return intake;
  const { state, originalBody, pointer } = intake;
  const invalid = (expected: string) =>
    ({
      kind: 'invalid',
      received: intake.received,
      state,
      originalBody,
      problems: [{ path: 'overflow', expected }],
    }) as const;
  if (pointer.bucket !== overflow.bucket) return invalid(`a letter in ${overflow.bucket}; got ${pointer.bucket}`);
  try {
    const body = await overflow.get(pointer.key);
    if (body === undefined) return invalid(`the letter at ${pointer.key}; there is none`);
    const whole = readMessage({ ...record, body }, clock.nowMs());
    return whole.kind === 'overflowed' ? invalid('a whole letter; got another pointer') : whole;
  } catch (error) {
    log.warn('overflow not read', { relayId: state.relayId, key: pointer.key, error: String(error) });
    return undefined;
  }
}

async function sendInvalid(
  intakes: readonly Extract<Intake, { kind: 'invalid' }>[],
  { deadLetters, observe, secrets }: DeliveryDeps,
): Promise<readonly string[]> {
  const letters = intakes.map((intake) =>
    buildDeadLetter({
      message: intake,
      failure: failureFromProblems(intake.problems, intake.state),
      secrets: secrets(),
    }),
  );
  const outcomes = letters.length === 0 ? [] : await deadLetters.send(letters);
  return intakes.flatMap(({ received, state }, index) => {
    const { relayId } = state;
    if (outcomes[index]?.accepted !== true) {
      observe({ kind: 'unsettled', relayId });
      return [received.messageId];
    }
    observe({ kind: 'deadLettered', relayId, code: 'invalidMessage', records: 0 });
    return [];
  });
}

/**
 * Writes letters, then copies; only what is accepted everywhere is acknowledged. In this order, because a copy of the
 * rest says that the rejected records are dealt with.
 */
async function carryOut(settlements: readonly Settlement[], deps: DeliveryDeps): Promise<Set<string>> {
  const posted = await sendFor(settlements, ({ deadLetter }) => deadLetter, deps.deadLetters);
  const hasLetter = ({ deadLetter, message }: Settlement): boolean => accepted(deadLetter, posted.get(message));
  const copied = await sendFor(settlements.filter(hasLetter), ({ retryMessage }) => retryMessage, deps.queue);
  const unsettled = new Set<string>();
  for (const settlement of settlements) {
    const isAccepted = hasLetter(settlement) && accepted(settlement.retryMessage, copied.get(settlement.message));
    const { received } = settlement.message;
    if (!isAccepted || settlement.hideSeconds !== undefined) unsettled.add(received.messageId);
    tell(settlement, isAccepted, deps);
  }
  // Refused, the message comes again after its visibility timeout all the same.
  await Promise.all(
    settlements.map(({ hideSeconds, message: { received } }) =>
      hideSeconds === undefined ? true : deps.queue.extendVisibility(received.receiptHandle, hideSeconds),
    ),
  );
  return unsettled;
}

async function sendFor<T>(
  settlements: readonly Settlement[],
  partOf: (settlement: Settlement) => T | undefined,
  to: { send(parts: readonly T[]): Promise<readonly SendOutcome[]> },
): Promise<ReadonlyMap<Message, SendOutcome>> {
  const parts = settlements.flatMap((settlement) => {
    const part = partOf(settlement);
    return part === undefined ? [] : [{ message: settlement.message, part }];
  });
  if (parts.length === 0) return new Map();
  const outcomes = await to.send(parts.map(({ part }) => part));
  return new Map(
    parts.flatMap(({ message }, index) => {
      const outcome = outcomes[index];
      return outcome === undefined ? [] : [[message, outcome] as const];
    }),
  );
}

function accepted(sent: unknown, outcome: SendOutcome | undefined): boolean {
  return sent === undefined || outcome?.accepted === true;
}

function tell(
  { message, deadLetter, retryMessage, hideSeconds, counts, requeued }: Settlement,
  isAccepted: boolean,
  deps: DeliveryDeps,
): void {
  const { relayId } = message.state;
  if (!isAccepted) {
    deps.observe({ kind: 'unsettled', relayId });
    return;
  }
  if (counts.delivered > 0) deps.observe({ kind: 'delivered', relayId, records: counts.delivered });
  if (deadLetter) deps.observe({ kind: 'deadLettered', relayId, code: deadLetter.failure.code, records: counts.dead });
  if (requeued) {
    const delaySeconds = retryMessage?.delaySeconds ?? hideSeconds ?? 0;
    deps.observe({ kind: 'returned', relayId, ...requeued, delaySeconds, records: counts.requeued });
    deps.log.info('message goes back to the queue', {
      relayId,
      ...requeued,
      delaySeconds,
      held: hideSeconds !== undefined,
    });
  }
}

export { deliverBatch };
