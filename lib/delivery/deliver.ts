import { failureFromProblems } from '../deadletter/failure.ts';
import { buildLetter } from '../deadletter/letter.ts';
import { collapse } from '../message/collapse.ts';
import { readMessage } from '../message/intake.ts';
import type { Intake, Message } from '../message/message.ts';
import type { MessageProblem } from '../message/problem.ts';
import type { QueueRecord, SendOutcome } from '../message/queue.ts';
import { createClaims } from './claims.ts';
import type { DeliveryDeps } from './deps.ts';
import { Run } from './run.ts';
import { type Settlement, settle } from './settle.ts';
import { checkUsage } from './usage-check.ts';

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
  records: readonly QueueRecord[],
  deps: DeliveryDeps,
  deadlineMs: number,
): Promise<Unsettled> {
  const taken = await Promise.all(records.map((record) => take(record, deps)));
  const intakes = taken.filter((intake) => intake !== undefined);
  const unread = records.filter((_, index) => taken[index] === undefined).map((record) => record.messageId);
  const valid = intakes.flatMap((intake) => (intake.kind === 'message' ? [intake.message] : []));
  const { messages, followers, impostors } = collapse(valid);
  const invalid = [
    ...intakes.flatMap((intake) => (intake.kind === 'invalid' ? [intake] : [])),
    ...impostors.map((message) => ({ ...message, kind: 'invalid' as const, problems: [NOT_ITS_OWN_ID] })),
  ];

  const claims = createClaims(deps.sendOnce, () => deadlineMs - deps.clock.nowMs() + CLAIM_MARGIN_MS, deps.log);
  const run = new Run(messages, claims, deps, deadlineMs);
  const outcomes = await run.finish();

  const settlements = settle(messages, outcomes, {
    nowMs: deps.clock.nowMs(),
    secrets: deps.secrets(),
  });
  const [unsettled, refused] = await Promise.all([
    carryOut(settlements, deps),
    sendInvalid(invalid, deps),
    Promise.all(run.releases),
    checkUsage(deps, deadlineMs),
  ]);
  for (const { record, state } of messages) {
    for (const twin of followers.get(record.messageId) ?? []) {
      if (unsettled.has(record.messageId)) unsettled.add(twin.messageId);
      else deps.observe({ kind: 'collapsed', relayId: state.relayId });
    }
  }
  return new Set([...unsettled, ...refused, ...unread]);
}

/**
 * Reads a record, fetching the whole of a letter that was too large for the queue. Undefined when the store will not
 * answer now: SQS brings the record again.
 */
async function take(
  record: QueueRecord,
  { overflow, clock, log }: DeliveryDeps,
): Promise<Exclude<Intake, { kind: 'overflowed' }> | undefined> {
  const intake = readMessage(record, clock.nowMs());
  if (intake.kind !== 'overflowed') return intake;
  const { state, originalBody, pointer } = intake;
  const invalid = (expected: string) =>
    ({
      kind: 'invalid',
      record: intake.record,
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
  { office, observe, secrets }: DeliveryDeps,
): Promise<readonly string[]> {
  const letters = intakes.map((intake) =>
    buildLetter({ message: intake, failure: failureFromProblems(intake.problems, intake.state), secrets: secrets() }),
  );
  const outcomes = letters.length === 0 ? [] : await office.send(letters);
  return intakes.flatMap(({ record, state }, index) => {
    const { relayId } = state;
    if (outcomes[index]?.accepted !== true) {
      observe({ kind: 'unsettled', relayId });
      return [record.messageId];
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
  const posted = await sendFor(settlements, ({ letter }) => letter, deps.office);
  const hasLetter = ({ letter, message }: Settlement): boolean => accepted(letter, posted.get(message));
  const copied = await sendFor(settlements.filter(hasLetter), ({ copy }) => copy, deps.queue);
  const unsettled = new Set<string>();
  for (const settlement of settlements) {
    const isAccepted = hasLetter(settlement) && accepted(settlement.copy, copied.get(settlement.message));
    const { record } = settlement.message;
    if (!isAccepted || settlement.holdSeconds !== undefined) unsettled.add(record.messageId);
    tell(settlement, isAccepted, deps);
  }
  // Refused, the message comes again after its visibility timeout all the same.
  await Promise.all(
    settlements.map(({ holdSeconds, message: { record } }) =>
      holdSeconds === undefined ? true : deps.queue.hold(record.receiptHandle, holdSeconds),
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
  { message, letter, copy, holdSeconds, counts, again }: Settlement,
  isAccepted: boolean,
  deps: DeliveryDeps,
): void {
  const { relayId } = message.state;
  if (!isAccepted) {
    deps.observe({ kind: 'unsettled', relayId });
    return;
  }
  if (counts.delivered > 0) deps.observe({ kind: 'delivered', relayId, records: counts.delivered });
  if (letter) deps.observe({ kind: 'deadLettered', relayId, code: letter.failure.code, records: counts.dead });
  if (again) {
    const delaySeconds = copy?.delaySeconds ?? holdSeconds ?? 0;
    deps.observe({ kind: 'returned', relayId, ...again, delaySeconds, records: counts.again });
    deps.log.info('message goes back to the queue', {
      relayId,
      ...again,
      delaySeconds,
      held: holdSeconds !== undefined,
    });
  }
}

export { deliverBatch };
