import type { JournalEntry } from '../../journal/entry.ts';
import type { Message } from '../../message/message.ts';
import type { SendOutcome } from '../../message/queue.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { Batch } from '../intake/receive-batch.ts';
import { delaySecondsOf, logSettled } from './log-settled.ts';
import type { Settlement } from './settlement.ts';

type WriteDeps = Pick<DeliveryDeps, 'deadLetters' | 'results' | 'queue' | 'observe' | 'log'>;

interface Written {
  /** The ids of the messages that must not be acknowledged, duplicates included. */
  readonly unsettled: ReadonlySet<string>;
  /** Of those whose outcome stands: what the journal is to say. */
  readonly entries: readonly JournalEntry[];
}

/**
 * Writes dead letters first, then results, then retry messages, because a retry message with the rest says that the rejected records
 * are dealt with. A message is acknowledged only when everything that stands for it elsewhere is accepted.
 */
async function writeSettlements(
  settlements: readonly Settlement[],
  duplicates: Batch['duplicates'],
  deps: WriteDeps,
): Promise<Written> {
  const lettersSent = await sendParts(settlements, ({ deadLetter }) => deadLetter, deps.deadLetters);
  const hasLetter = ({ deadLetter, message }: Settlement): boolean =>
    deadLetter === undefined || lettersSent.get(message)?.accepted === true;
  // Before the retry message, since what could not be told is done again, and must not be on the queue twice.
  const told = await tell(settlements.filter(hasLetter), deps);
  const isTold = (settlement: Settlement): boolean => hasLetter(settlement) && told(settlement);
  const copiesSent = await sendParts(settlements.filter(isTold), ({ retryMessage }) => retryMessage, deps.queue);
  const hasCopy = ({ retryMessage, message }: Settlement): boolean =>
    retryMessage === undefined || copiesSent.get(message)?.accepted === true;

  const unsettled = new Set<string>();
  const entries: JournalEntry[] = [];
  for (const settlement of settlements) {
    const { message, visibilityTimeoutSeconds } = settlement;
    const isWritten = isTold(settlement) && hasCopy(settlement);
    const isAcknowledged = isWritten && visibilityTimeoutSeconds === undefined;
    observeSettlement(settlement, isWritten, deps);
    if (isWritten) entries.push(...settlement.entries);
    const sameFate = duplicates.get(message.received.messageId) ?? [];
    if (!isAcknowledged) for (const { messageId } of [message.received, ...sameFate]) unsettled.add(messageId);
    else for (const _ of sameFate) deps.observe({ kind: 'deduplicated', relayId: message.state.relayId });
  }
  logSettled(
    settlements.filter((settlement) => hasLetter(settlement) && hasCopy(settlement)),
    deps.log,
  );
  await extendVisibility(settlements, deps);
  return { unsettled, entries };
}

/** @returns whether what became of a message is told, as far as there is anything to tell. */
async function tell(
  settlements: readonly Settlement[],
  { results }: WriteDeps,
): Promise<(settlement: Settlement) => boolean> {
  if (results === undefined) return () => true;
  const told = await sendParts(settlements, ({ result }) => result, results);
  return ({ result, message }) => result === undefined || told.get(message)?.accepted === true;
}

/** Where SQS refuses, the message comes again after its visibility timeout all the same. */
async function extendVisibility(settlements: readonly Settlement[], { queue }: WriteDeps): Promise<void> {
  await Promise.all(
    settlements.map(({ visibilityTimeoutSeconds: seconds, message: { received } }) =>
      seconds === undefined ? true : queue.extendVisibility(received.receiptHandle, seconds),
    ),
  );
}

async function sendParts<T>(
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

function observeSettlement(settlement: Settlement, isWritten: boolean, { observe }: WriteDeps): void {
  const { message, deadLetter, counts, requeued } = settlement;
  const { relayId } = message.state;
  if (!isWritten) {
    observe({ kind: 'unsettled', relayId });
    return;
  }
  if (counts.delivered > 0) observe({ kind: 'delivered', relayId, records: counts.delivered });
  if (deadLetter) observe({ kind: 'deadLettered', relayId, code: deadLetter.failure.code, records: counts.dead });
  if (requeued) {
    const delaySeconds = delaySecondsOf(settlement);
    observe({ kind: 'returned', relayId, ...requeued, delaySeconds, records: counts.requeued });
  }
}

export { writeSettlements };
