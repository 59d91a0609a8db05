import type { Message } from '../../message/message.ts';
import type { ReceivedMessage } from '../../message/queue.ts';

interface Deduplicated {
  /** One of each, in the order received. */
  readonly messages: readonly Message[];
  /** By the SQS message id of the one that stayed: the received messages that are settled as it is. */
  readonly duplicates: ReadonlyMap<string, readonly ReceivedMessage[]>;
  /** Messages with the relay id of one that stayed and another request: nobody can say which of them has the right to it. */
  readonly conflicting: readonly Message[];
}

/**
 * Keeps one message of each relay id in a batch; the others share its fate. Copies of different parts of one message are
 * different messages: a crash can leave two that overlap, and to drop either would lose what only it holds.
 */
function deduplicate(messages: readonly Message[]): Deduplicated {
  const kept = new Map<string, Message>();
  const duplicates = new Map<string, ReceivedMessage[]>();
  const conflicting: Message[] = [];
  for (const message of messages) {
    const { relayId, part, positions } = message.state;
    const identity = `${part} ${positions?.join() ?? 'all'} ${relayId}`;
    const first = kept.get(identity);
    if (first === undefined) {
      kept.set(identity, message);
      continue;
    }
    if (JSON.stringify(first.request) !== JSON.stringify(message.request)) {
      conflicting.push(message);
      continue;
    }
    const { messageId } = first.received;
    duplicates.set(messageId, [...(duplicates.get(messageId) ?? []), message.received]);
  }
  return { messages: [...kept.values()], duplicates, conflicting };
}

export type { Deduplicated };
export { deduplicate };
