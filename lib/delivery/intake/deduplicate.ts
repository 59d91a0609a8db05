import type { Message } from '../../message/message.ts';
import type { ReceivedMessage } from '../../message/queue.ts';

interface Collapsed {
  /** One of each, in the order received. */
  readonly messages: readonly Message[];
  /** By the message id of the one that stayed: the records to settle in the same way as it. */
  readonly followers: ReadonlyMap<string, readonly ReceivedMessage[]>;
  /** Messages with the relay id of one that stayed and another request: whose they are, nobody can tell. */
  readonly conflicting: readonly Message[];
}

/**
 * Keeps one message of each relay id in a batch; the others share its fate. Copies of different parts of one message are
 * different messages: a crash can leave two that overlap, and dropping either would lose what only it holds.
 */
function deduplicate(messages: readonly Message[]): Collapsed {
  const kept = new Map<string, Message>();
  const followers = new Map<string, ReceivedMessage[]>();
  const conflicting: Message[] = [];
  for (const message of messages) {
    const { relayId, part, positions } = message.state;
    const identity = JSON.stringify([relayId, part, positions ?? null]);
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
    followers.set(messageId, [...(followers.get(messageId) ?? []), message.received]);
  }
  return { messages: [...kept.values()], followers, conflicting };
}

export type { Collapsed };
export { deduplicate };
