import type { Message } from '../../message/message.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import type { WorkItem } from '../work-item.ts';
import type { MarkNames } from './mark-names.ts';
import type { Mark } from './order-marks.ts';

/** What an invocation knows of the marks at the keys of its messages: what they carry, what it has seen, what it has written. */
interface KnownMarks {
  /** All marks of a key, as they were read. */
  seen(key: number, marks: readonly Mark[]): void;
  /** A mark of this id was written. `untilMs` 0: or perhaps not. */
  wrote(id: string, key: number, untilMs: number): void;
  /** Until when a message is marked at a key; 0 when it is not, or nobody knows. */
  untilMs(message: Message, key: number): number;
  /** Whether a message may have a mark at a key. */
  mayHave(message: Message, key: number, isMarking: boolean): boolean;
  /** Whether a message may have a mark anywhere: most have none, and nothing need be looked at. */
  mayHaveAny(message: Message, isMarking: boolean): boolean;
  /** Whether a key has no room for a mark of this id, beside so many that are to be written. */
  isFull(key: number, id: string, toWrite: readonly Mark[]): boolean;
}

function createKnownMarks(
  itemsOf: (message: Message) => readonly WorkItem[],
  names: MarkNames,
  nowMs: number,
): KnownMarks {
  const ends = new Map<Message, Map<number, number>>();
  const ownAt = new Map<number, Set<string>>();
  const othersAt = new Map<number, number>();

  /** What a message says of itself holds for all keys that it has. */
  function endsOf(message: Message): Map<number, number> {
    const known = ends.get(message);
    if (known !== undefined) return known;
    const { markedUntilMs = 0 } = message.state;
    const keys = markedUntilMs > nowMs ? [...names.keysOf(itemsOf(message))] : [];
    const carried = new Map(keys.map((key) => [key, markedUntilMs]));
    ends.set(message, carried);
    return carried;
  }

  function wrote(id: string, key: number, untilMs: number): void {
    for (const message of names.namedBy(id)) if (names.idOf(message) === id) endsOf(message).set(key, untilMs);
    ownAt.set(key, (ownAt.get(key) ?? new Set()).add(id));
  }

  return {
    seen(key, marks) {
      const own = marks.filter(({ id }) => names.namedBy(id).length > 0);
      for (const { id, untilMs } of own) wrote(id, key, untilMs);
      othersAt.set(key, marks.length - own.length);
    },
    wrote,
    untilMs: (message, key) => endsOf(message).get(key) ?? 0,
    mayHave: (message, key, isMarking) =>
      endsOf(message).has(key) || (isMarking && wasLeft(message) && !othersAt.has(key)),
    mayHaveAny: (message, isMarking) =>
      endsOf(message).size > 0 || (isMarking && wasLeft(message)) || names.twinIdsOf(message).length > 0,
    isFull(key, id, toWrite) {
      const own = ownAt.get(key) ?? new Set();
      const more = toWrite.filter((mark) => !own.has(mark.id)).length;
      return !own.has(id) && (othersAt.get(key) ?? 0) + own.size + more >= DELIVERY_POLICY.maxMarksOfKey;
    },
  };
}

/** It was received before, and may have been marked by a worker that could write nothing on it. */
function wasLeft({ received, state }: Message): boolean {
  return received.receiveCount > 1 || state.group !== undefined;
}

export type { KnownMarks };
export { createKnownMarks };
