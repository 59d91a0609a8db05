import { buildDeadLetter } from '../../dead-letter/build.ts';
import { failureFromRelay } from '../../dead-letter/failure.ts';
import type { DeadLetter } from '../../dead-letter/types.ts';
import type { ReceivedMessage } from '../../message/queue.ts';
import type { DeadLetterCode } from '../../settings/relay-codes.ts';
import type { DeliveryDeps } from '../deps.ts';
import { unreadFileFacts } from '../files/file-facts.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { unreadEntryOf } from '../settle/journal-entries.ts';
import { isCopiable, type PassedOn, passOn, planReceived, type Suspect, stateOf } from './suspects.ts';
import { writeUnread } from './write-unread.ts';

const WORKER_CRASH = 'workerCrash' satisfies DeadLetterCode;

type CornerDeps = Pick<
  DeliveryDeps,
  'queue' | 'deadLetters' | 'overflow' | 'results' | 'journal' | 'clock' | 'log' | 'observe' | 'secrets'
>;

interface Cornered {
  /** To be read and delivered in this invocation. */
  readonly now: readonly ReceivedMessage[];
  /** Of these, the ones to keep hidden for a short time only: `keep-hidden.ts`. */
  readonly guarded: readonly ReceivedMessage[];
  /** The ids of messages that stay on the queue. */
  readonly unsettled: readonly string[];
}

/**
 * Sends away, before any body is read, what must not be delivered together (`suspects.ts`). What is sent away is deleted
 * at once: if this worker ends over the rest, it must not come back as if it had been there.
 */
async function corner(received: readonly ReceivedMessage[], deps: CornerDeps): Promise<Cornered> {
  const plan = planReceived(received, deps.clock.nowMs());
  const { now, guarded, later, culprits } = plan;
  if (plan.passedOn.length + later.length + culprits.length === 0) return { now, guarded, unsettled: [] };
  deps.log.warn('workers ended without an outcome: suspects are tried in smaller groups', {
    now: now.length,
    passedOn: plan.passedOn.length,
    later: later.length,
    culprits: culprits.map(({ state }) => state.relayId),
  });
  const [settled, passedOn] = await Promise.all([
    deadLetter(culprits, deps),
    copyBack(plan.passedOn, deps),
    Promise.all(later.map((one) => deps.queue.extendVisibility(one.received.receiptHandle, one.seconds))),
  ]);
  const gone = new Set([...settled, ...passedOn]);
  await deps.queue.deleteBatch([...gone].map(({ receiptHandle }) => receiptHandle));
  const isHere = new Set(now);
  const unsettled = received.filter((one) => !gone.has(one) && !isHere.has(one));
  return { now, guarded, unsettled: unsettled.map(({ messageId }) => messageId) };
}

/**
 * Sends back, as they are, suspects that a living worker could not settle: left to their visibility timeout, they would
 * come back as if it had ended.
 *
 * @returns the ids of those that are on the queue as copies.
 */
async function passOnUnsettled(unsettled: readonly ReceivedMessage[], deps: CornerDeps): Promise<readonly string[]> {
  const nowMs = deps.clock.nowMs();
  const suspects = unsettled
    .map((received) => ({ received, state: stateOf(received, nowMs) }))
    // Copies have no end of their own, so what was too long on its way is left to the count of its receives.
    .filter((one) => nowMs - one.state.firstSeenMs <= DELIVERY_POLICY.maxMessageAgeMs && isCopiable(one));
  const { unsettledSuspectWaitSeconds } = DELIVERY_POLICY;
  const accepted = await copyBack(
    suspects.map((one) => passOn(one, unsettledSuspectWaitSeconds)),
    deps,
  );
  return accepted.map(({ messageId }) => messageId);
}

/** @returns those whose copy the queue has. */
async function copyBack(
  passedOn: readonly PassedOn[],
  { queue }: Pick<CornerDeps, 'queue'>,
): Promise<readonly ReceivedMessage[]> {
  if (passedOn.length === 0) return [];
  const sent = await queue.send(passedOn.map(({ copy }) => copy));
  return passedOn.flatMap(({ received }, index) => (sent[index]?.accepted === true ? [received] : []));
}

/** @returns those that are settled. */
async function deadLetter(culprits: readonly Suspect[], deps: CornerDeps): Promise<readonly ReceivedMessage[]> {
  if (culprits.length === 0) return [];
  const accepted = await writeUnread(
    culprits.map((one) => ({ state: one.state, code: WORKER_CRASH, letter: letterOf(one, deps) })),
    deps,
  );
  const dead = culprits.filter((_, index) => accepted[index] === true);
  await deps.journal.write(dead.map((one) => unreadEntryOf(one, WORKER_CRASH, deps.clock.nowMs())));
  return dead.map(({ received }) => received);
}

function letterOf(
  { received, state }: Suspect,
  { secrets, overflow }: Pick<CornerDeps, 'secrets' | 'overflow'>,
): DeadLetter {
  const message =
    state.diedAlone === undefined
      ? `received ${received.receiveCount} times and never settled, at last alone: its workers ended early`
      : `ended its worker ${state.diedAlone} times when it was alone, after it had in ever smaller groups`;
  const file = unreadFileFacts(state, overflow.bucket);
  const letter = buildDeadLetter({
    message: { received, state, originalBody: received.body },
    failure: failureFromRelay(WORKER_CRASH, { message, state }),
    isUnread: true,
    secrets: secrets(),
  });
  return file === undefined ? letter : { ...letter, file };
}

export type { Cornered };
export { corner, passOnUnsettled };
