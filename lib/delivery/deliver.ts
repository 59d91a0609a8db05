import { failureFromProblems } from '../deadletter/failure.ts';
import { buildLetter } from '../deadletter/letter.ts';
import { collapse } from '../message/collapse.ts';
import { readMessage } from '../message/intake.ts';
import type { Intake, Message } from '../message/message.ts';
import type { QueueRecord, SendOutcome } from '../message/queue.ts';
import { createClaims } from './claims.ts';
import type { DeliveryDeps } from './deps.ts';
import type { Item } from './item.ts';
import type { Outcome } from './outcome.ts';
import { Run } from './run.ts';
import { type Settlement, settlementOf } from './settle.ts';

/** A send-once record outlives its invocation by so much, for clocks that differ and functions that are stopped late. */
const CLAIM_MARGIN_MS = 60_000;
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
  const intakes = await Promise.all(records.map((record) => take(record, deps)));
  const valid = intakes.flatMap((intake) => (intake.kind === 'message' ? [intake.message] : []));
  const invalid = intakes.flatMap((intake) => (intake.kind === 'invalid' ? [intake] : []));
  const { messages, followers } = collapse(valid);

  const claims = createClaims(deps.sendOnce, () => deadlineMs - deps.clock.nowMs() + CLAIM_MARGIN_MS, deps.log);
  const run = new Run(messages, claims, deps, deadlineMs);
  const outcomes = byMessage(await run.finish());

  const context = {
    nowMs: deps.clock.nowMs(),
    secrets: deps.secrets(),
    partAfter: (message: Message, someDelivered: boolean) => claims.partAfter(message, someDelivered),
  };
  const settlements = messages.map((message) => {
    const own = outcomes.get(message) ?? [];
    // An item without an outcome would be acknowledged and lost; thrown, the whole batch is brought again.
    if (own.length !== (message.records?.length ?? 1))
      throw new Error(`message without outcome: ${message.state.relayId}`);
    return settlementOf(message, own, context);
  });
  const [unsettled, refused] = await Promise.all([
    carryOut(settlements, deps),
    sendInvalid(invalid, deps),
    Promise.all(run.releases),
  ]);
  for (const [first, twins] of followers) {
    for (const twin of twins) if (unsettled.has(first)) unsettled.add(twin.messageId);
    for (const { state } of messages.filter((message) => message.record.messageId === first)) {
      for (const _ of twins) deps.observe({ kind: 'collapsed', relayId: state.relayId });
    }
  }
  return new Set([...unsettled, ...refused]);
}

/** Reads a record, fetching the whole of a letter that was too large for the queue. */
async function take(
  record: QueueRecord,
  { overflow, clock, log }: DeliveryDeps,
): Promise<Exclude<Intake, { kind: 'overflowed' }>> {
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
    const whole = readMessage({ ...record, body: await overflow.get(pointer.key) }, clock.nowMs());
    return whole.kind === 'overflowed' ? invalid('a whole letter; got another pointer') : whole;
  } catch (error) {
    log.warn('overflow not read', { relayId: state.relayId, key: pointer.key, error: String(error) });
    return invalid(`an object ${pointer.key} that can be read`);
  }
}

function byMessage(outcomes: ReadonlyMap<Item, Outcome>): ReadonlyMap<Message, readonly (readonly [Item, Outcome])[]> {
  const grouped = new Map<Message, [Item, Outcome][]>();
  for (const [item, outcome] of outcomes) {
    const own = grouped.get(item.message) ?? [];
    own.push([item, outcome]);
    grouped.set(item.message, own);
  }
  return grouped;
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

/** Writes copies and letters; only what is accepted everywhere is acknowledged. */
async function carryOut(settlements: readonly Settlement[], deps: DeliveryDeps): Promise<Set<string>> {
  const copies = settlements.flatMap(({ copy }) => (copy ? [copy] : []));
  const letters = settlements.flatMap(({ letter }) => (letter ? [letter] : []));
  const [copied, posted] = await Promise.all([
    copies.length === 0 ? [] : deps.queue.send(copies),
    letters.length === 0 ? [] : deps.office.send(letters),
  ]);
  const copyOutcomes = copied.values();
  const letterOutcomes = posted.values();
  const unsettled = new Set<string>();
  for (const settlement of settlements) {
    const copyOutcome = settlement.copy && copyOutcomes.next().value;
    const letterOutcome = settlement.letter && letterOutcomes.next().value;
    const isAccepted = accepted(settlement.copy, copyOutcome) && accepted(settlement.letter, letterOutcome);
    const { record } = settlement.message;
    if (!isAccepted || settlement.holdSeconds !== undefined) unsettled.add(record.messageId);
    if (settlement.holdSeconds !== undefined) await deps.queue.hold(record.receiptHandle, settlement.holdSeconds);
    tell(settlement, isAccepted, deps);
  }
  return unsettled;
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
