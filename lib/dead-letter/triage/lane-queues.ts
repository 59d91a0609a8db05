import type { OutgoingMessage, Queue, SendOutcome } from '../../message/queue.ts';
import type { Lane } from '../../settings/lane.ts';

/** A message to be sent again, with what is known of where it came from. */
interface LaneMessage extends OutgoingMessage {
  /** As its letter says. @default 'live' */
  readonly lane?: Lane;
  /** Of a message that SQS moved itself: the name of the queue that it was on. */
  readonly movedFrom?: string;
}

/** The queues of a relay as one, for what is sent again. */
interface LaneQueues {
  /** Each goes back to the queue that it came from. One outcome each, in order; never throws. */
  send(messages: readonly LaneMessage[]): Promise<readonly SendOutcome[]>;
}

interface BackfillQueue {
  readonly queue: Queue;
  readonly name: string;
}

/** @param backfill where there is none, what came from one goes to the live queue: nothing else would ever read it. */
function createLaneQueues(live: Queue, backfill: BackfillQueue | undefined): LaneQueues {
  return {
    async send(messages) {
      const isBackfill = ({ lane, movedFrom }: LaneMessage): boolean =>
        backfill !== undefined && (lane === 'backfill' || movedFrom === backfill.name);
      const sent = new Map<LaneMessage, SendOutcome>();
      const parts = [
        { queue: live, part: messages.filter((one) => !isBackfill(one)) },
        { queue: backfill?.queue ?? live, part: messages.filter(isBackfill) },
      ];
      for (const { queue, part } of parts) {
        const outcomes = part.length === 0 ? [] : await queue.send(part.map(outgoingOf));
        for (const [index, message] of part.entries()) sent.set(message, outcomes[index] ?? NO_ANSWER);
      }
      return messages.map((message) => sent.get(message) ?? NO_ANSWER);
    },
  };
}

const NO_ANSWER: SendOutcome = { accepted: false, error: 'no answer from the queue' };

function outgoingOf({ lane: _, movedFrom: _from, ...outgoing }: LaneMessage): OutgoingMessage {
  return outgoing;
}

export type { LaneMessage, LaneQueues };
export { createLaneQueues };
