import type { Message } from './message.ts';
import type { QueueRecord } from './queue.ts';

interface Collapsed {
  /** One of each, in the order received. */
  readonly messages: readonly Message[];
  /** By the message id of the one that stayed: the records to settle in the same way as it. */
  readonly followers: ReadonlyMap<string, readonly QueueRecord[]>;
  /** Messages with the relay id of one that stayed and another request: whose they are, nobody can tell. */
  readonly impostors: readonly Message[];
}

/**
 * Keeps one message of each relay id in a batch; the others share its fate. Copies of different parts of one message are
 * different messages: a crash can leave two that overlap, and dropping either would lose what only it holds.
 */
function collapse(messages: readonly Message[]): Collapsed {
  const kept = new Map<string, Message>();
  const followers = new Map<string, QueueRecord[]>();
  const impostors: Message[] = [];
  for (const message of messages) {
    const { relayId, part, positions } = message.state;
    const identity = JSON.stringify([relayId, part, positions ?? null]);
    const first = kept.get(identity);
    if (first === undefined) {
      kept.set(identity, message);
      continue;
    }
    if (JSON.stringify(first.request) !== JSON.stringify(message.request)) {
      impostors.push(message);
      continue;
    }
    const { messageId } = first.record;
    followers.set(messageId, [...(followers.get(messageId) ?? []), message.record]);
  }
  return { messages: [...kept.values()], followers, impostors };
}

export type { Collapsed };
export { collapse };
