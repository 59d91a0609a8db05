import type { DeadLetter } from '../../dead-letter/types.ts';
import type { RelayState } from '../../message/relay-state.ts';
import type { DeadLetterCode } from '../../settings/relay-codes.ts';
import type { DeliveryDeps } from '../deps.ts';
import { unreadResultOf } from '../settle/result-of.ts';

/** A message that is dead without having become a request. */
interface Unread {
  readonly state: RelayState;
  readonly letter: DeadLetter;
  readonly code: DeadLetterCode;
  /** Left out where it is what ends the workers: nobody reads it. */
  readonly body?: string;
}

type WriteUnreadDeps = Pick<DeliveryDeps, 'deadLetters' | 'results' | 'clock' | 'observe'>;

/**
 * Writes their dead letters, then tells of them.
 *
 * @returns for each, in order, whether all of it is accepted: SQS must bring the others again.
 */
async function writeUnread(
  unread: readonly Unread[],
  { deadLetters, results, clock, observe }: WriteUnreadDeps,
): Promise<readonly boolean[]> {
  if (unread.length === 0) return [];
  const sent = await deadLetters.send(unread.map(({ letter }) => letter));
  const nowMs = clock.nowMs();
  const tellable = unread.flatMap(({ state, letter, body }, index) => {
    const result = sent[index]?.accepted === true ? unreadResultOf({ state }, letter, nowMs, body) : undefined;
    return result === undefined || results === undefined ? [] : [{ index, result }];
  });
  const told = tellable.length === 0 ? [] : ((await results?.send(tellable.map(({ result }) => result))) ?? []);
  const untold = new Set(tellable.filter((_, place) => told[place]?.accepted !== true).map(({ index }) => index));
  return unread.map(({ state: { relayId }, code }, index) => {
    const isAccepted = sent[index]?.accepted === true && !untold.has(index);
    observe(isAccepted ? { kind: 'deadLettered', relayId, code, records: 0 } : { kind: 'unsettled', relayId });
    return isAccepted;
  });
}

export type { Unread, WriteUnreadDeps };
export { writeUnread };
