import type { MessageAttribute } from '../../message/queue.ts';
import type { Lane } from '../../settings/lane.ts';
import type { Dice } from '../dice.ts';
import type { VirtualTime } from '../virtual-time.ts';

interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly sentAtMs: number;
  /** The publications in it. */
  readonly marks: readonly string[];
  /** Which of two queues it is on, where this model is of both. */
  readonly lane: Lane;
  visibleAtMs: number;
  receiveCount: number;
}

/**
 * A standard queue as SQS promises it and no better: unordered, delayed, hidden while received, gone when deleted. What
 * goes wrong with it is the business of those who carry requests to it. It stands for both queues of a relay that has two:
 * what is asked of all messages is asked of those of both.
 */
class ModelQueue {
  readonly name: string;
  readonly messages = new Map<string, StoredMessage>();
  /** How many messages here hold each mark. */
  readonly held = new Map<string, number>();
  /** Told whenever something may have become visible sooner. */
  onChange: () => void = () => {};
  readonly #time: VirtualTime;
  readonly #dice: Dice;
  readonly #contentsOf: (body: string) => readonly string[];
  #sent = 0;

  constructor(name: string, time: VirtualTime, dice: Dice, contentsOf: (body: string) => readonly string[]) {
    this.name = name;
    this.#time = time;
    this.#dice = dice;
    this.#contentsOf = contentsOf;
  }

  send(
    body: string,
    attributes: StoredMessage['attributes'],
    delaySeconds: number,
    lane: Lane = 'live',
  ): StoredMessage {
    const nowMs = this.#time.nowMs;
    const message = {
      id: `${this.name}-${++this.#sent}`,
      body,
      attributes,
      sentAtMs: nowMs,
      marks: this.#contentsOf(body),
      lane,
      visibleAtMs: nowMs + delaySeconds * 1_000,
      receiveCount: 0,
    };
    this.put(message);
    return message;
  }

  put(message: StoredMessage): void {
    this.messages.set(message.id, message);
    for (const mark of message.marks) this.held.set(mark, (this.held.get(mark) ?? 0) + 1);
    this.onChange();
  }

  delete(id: string): StoredMessage | undefined {
    const message = this.messages.get(id);
    if (message === undefined) return undefined;
    this.messages.delete(id);
    for (const mark of message.marks) {
      const left = (this.held.get(mark) ?? 1) - 1;
      if (left === 0) this.held.delete(mark);
      else this.held.set(mark, left);
    }
    return message;
  }

  /** Up to so many visible messages of a lane, in any order. The caller hides what it takes. */
  visible(most: number, lane: Lane = 'live'): StoredMessage[] {
    const nowMs = this.#time.nowMs;
    const ready = [...this.messages.values()].filter((one) => one.visibleAtMs <= nowMs && one.lane === lane);
    return this.#dice.shuffle(ready).slice(0, most);
  }

  /** @param lane of this one alone. @default of both */
  nextVisibleMs(lane?: Lane): number {
    let next = Number.POSITIVE_INFINITY;
    for (const message of this.messages.values()) {
      if (lane === undefined || message.lane === lane) next = Math.min(next, message.visibleAtMs);
    }
    return next;
  }
}

export type { StoredMessage };
export { ModelQueue };
