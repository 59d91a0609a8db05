import type { Message } from '../../message/message.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { Batch } from '../intake/receive-batch.ts';
import { BEHIND_ANOTHER, NO_OUTCOMES, type Outcome, type Outcomes } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { waitsForTheLine } from '../settle/waits-for-the-line.ts';
import { toWorkItems, type WorkItem } from '../work-item.ts';
import { inLine } from './in-line.ts';
import { createKnownMarks } from './known-marks.ts';
import { createMarkNames } from './mark-names.ts';
import { comesLate, type Span, spanOf } from './mark-span.ts';
import type { Mark, OrderMarks } from './order-marks.ts';
import { createOwnMarks } from './own-marks.ts';
import { isBehind, waitBehind } from './wait-behind.ts';

/** What a message that goes back must remember of its order. */
interface OrderState {
  readonly place: number;
  /** Absent where it could not be marked. */
  readonly markedUntilMs?: number;
}

/** A message with what is written of it, as far as its order goes: `Settlement`. */
interface SettledMessage {
  readonly message: Message;
  readonly retryMessage?: object;
  readonly deadLetter?: object;
  readonly visibilityTimeoutSeconds?: number;
}

/**
 * The order of keys across invocations, for one of them (docs/decisions/017-order.md): whatever goes back to the queue marks its
 * keys before its slot is given back, and whoever has been granted its keys looks for marks of older messages before it sends.
 */
interface OrderSession {
  /**
   * The waits of items that have to wait for an older message; the others may be sent. Asks no table while the ledger says that
   * nothing is marked.
   *
   * @throws when the table cannot be reached.
   */
  look(items: readonly WorkItem[]): Promise<Outcomes>;
  /**
   * Marks what a call leaves unfinished, while the call still has its keys. Never throws.
   *
   * @returns until when something is marked, to be told with the release; undefined when nothing is.
   */
  hold(items: readonly WorkItem[]): Promise<number | undefined>;
  /** Marks what goes back, and tells the other workers. Before any retry message is sent. Never throws. */
  goBack(outcomes: Outcomes): Promise<ReadonlyMap<Message, OrderState>>;
  /** The same outcomes, with a time for what only follows others of its batch: it has its turn after all that wait before it. */
  inLine(outcomes: Outcomes): Outcomes;
  /** The same for what is only hidden: it takes nothing along that says so. */
  hide(settlements: readonly SettledMessage[]): Promise<void>;
  /**
   * Ends the marks of what has its end, and marks what could not be settled.
   *
   * @returns the SQS ids of messages that must come again, because newer ones would wait for them in vain.
   */
  settled(settlements: readonly SettledMessage[], unsettled: ReadonlySet<string>): Promise<ReadonlySet<string>>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Where order is not asked for. */
const NO_ORDER: OrderSession = {
  look: async () => NO_OUTCOMES,
  hold: async () => undefined,
  goBack: async () => new Map(),
  inLine: (outcomes) => outcomes,
  hide: async () => {},
  settled: async () => NOTHING,
};

type OrderDeps = Pick<DeliveryDeps, 'clock' | 'random' | 'ledger' | 'observe' | 'log'> & {
  /** Resolves when the releases so far are written: what they tell need not be told. */
  readonly released: () => Promise<void>;
};

/**
 * @param messages in order of publication.
 * @param duplicates what is settled with them, by the SQS message id of the one that stayed.
 */
function createOrderSession(
  messages: readonly Message[],
  duplicates: Batch['duplicates'],
  store: OrderMarks,
  deps: OrderDeps,
): OrderSession {
  const { clock, random, ledger, log, released } = deps;
  const itemsOf = remembered(toWorkItems);
  const keysOf = remembered((message) => names.keysOf(itemsOf(message)));
  const names = createMarkNames(messages, duplicates, clock.nowMs());
  const known = createKnownMarks(itemsOf, names, clock.nowMs());
  const own = createOwnMarks({ messages, itemsOf, names, known, store, deps });
  const back = new Map<Message, readonly WorkItem[]>();
  const lastFound = new Map<number, readonly Mark[]>();
  let heldUntilMs = 0;
  const isMarking = (): boolean => ledger.marksUntilMs() > clock.nowMs();

  function blockersOf(
    { message, keys, setKeys }: WorkItem,
    found: ReadonlyMap<number, readonly Mark[]>,
  ): readonly Mark[] {
    const { firstSeenMs: publishedAtMs, place } = message.state;
    const asking = { id: names.idOf(message), publishedAtMs, place };
    return keys.flatMap((key) => {
      const hash = names.hashOf(key);
      const marks = found.get(hash) ?? [];
      // A message of this batch goes first here, or takes those behind it along.
      return marks.filter((mark) => isBehind(asking, mark, setKeys.includes(key)) && !isHere(mark.id, hash));
    });
  }

  const waitFor = ({ message }: WorkItem, ahead: readonly Mark[]) =>
    waitBehind(ahead, message.state.behind, clock.nowMs(), random);
  const isHere = (id: string, key: number): boolean => names.namedBy(id).some((message) => keysOf(message).has(key));
  const endOf = (message: Message, items: readonly WorkItem[]): number =>
    Math.min(...[...names.keysOf(items)].map((key) => known.untilMs(message, key)));

  /** Tells the others, unless a release has. False: they do not know, and may not look. */
  async function tell(untilMs: number): Promise<boolean> {
    if (untilMs === 0) return true;
    const late = clock.sleep(DELIVERY_POLICY.markPatienceMs).then(() => false);
    const told = released().then(() => ledger.tellMarks(untilMs));
    return Promise.race([told.then(() => true), late]).catch((error: unknown) => {
      log.warn('the ledger cannot be told of marks', { error: String(error) });
      return false;
    });
  }

  async function mark(items: ReadonlyMap<Message, readonly WorkItem[]>, delayMsOf: (message: Message) => number) {
    const nowMs = clock.nowMs();
    const put = await own.put(items, (message) => spanOf(delayMsOf(message), false, nowMs));
    if (!(await tell(put.untilMs ?? 0))) own.giveUp('table', [...put.marked]);
  }

  return {
    async look(items) {
      if (!isMarking()) return NO_OUTCOMES;
      const keys = names.keysOf(items);
      if (keys.size === 0) return NO_OUTCOMES;
      const outcomes = new Map<WorkItem, Outcome>();
      const found = await store.read([...keys]);
      for (const key of keys) {
        known.seen(key, found.get(key) ?? []);
        lastFound.set(key, found.get(key) ?? []);
      }
      for (const item of items) {
        const blockers = blockersOf(item, found);
        if (blockers.length === 0) continue;
        for (const blocker of blockers) own.goesAfter(item.message, blocker);
        outcomes.set(item, { kind: 'requeue', reason: 'wait', code: BEHIND_ANOTHER, ...waitFor(item, blockers) });
      }
      return outcomes;
    },

    async hold(items) {
      const keyed = byMessage(items.filter(({ keys }) => keys.length > 0));
      if (keyed.size === 0) return undefined;
      const nowMs = clock.nowMs();
      const { untilMs } = await own.put(keyed, () => spanOf(0, false, nowMs));
      heldUntilMs = Math.max(heldUntilMs, untilMs ?? 0);
      return untilMs;
    },

    async goBack(outcomes) {
      const requeued = [...outcomes].flatMap(([item, outcome]) =>
        outcome.kind === 'requeue' ? [[item, outcome] as const] : [],
      );
      const delays = new Map<Message, number>();
      for (const [{ message }, { delayMs }] of requeued)
        delays.set(message, Math.max(delayMs, delays.get(message) ?? 0));
      // While the line is stopped nobody comes back, and those behind wait as long as those before them.
      const isLong = requeued.some(([, outcome]) => waitsForTheLine(outcome));
      for (const [message, items] of byMessage(requeued.map(([item]) => item))) back.set(message, items);
      const nowMs = clock.nowMs();
      const late = new Set(requeued.flatMap(([{ message }, outcome]) => (comesLate(outcome) ? [message] : [])));
      const span = (message: Message): Span => {
        const own = spanOf(delays.get(message) ?? 0, isLong, nowMs);
        // Those behind it are to know when.
        return late.has(message) ? { ...own, leastUntilMs: Number.POSITIVE_INFINITY } : own;
      };
      const keyed = new Map([...back].filter(([, items]) => items.some(({ keys }) => keys.length > 0)));
      const { marked, untilMs = 0 } = await own.put(keyed, span);
      const isTold = keyed.size === 0 || (await tell(Math.max(untilMs, heldUntilMs)));
      if (!isTold) own.giveUp('table', [...marked]);
      return new Map(
        [...keyed].map(([message, items]) => {
          const isMarked = isTold && marked.has(message);
          const place = own.placeOf(message);
          return [message, { place, ...(isMarked && { markedUntilMs: endOf(message, items) }) }];
        }),
      );
    },

    inLine: (outcomes) =>
      lastFound.size > 0 ? inLine(outcomes, messages, names, (one) => blockersOf(one, lastFound), waitFor) : outcomes,

    async hide(settlements) {
      const seconds = new Map(
        settlements.flatMap((one) =>
          one.visibilityTimeoutSeconds === undefined ? [] : [[one.message, one.visibilityTimeoutSeconds] as const],
        ),
      );
      const hidden = new Map([...back].filter(([message]) => seconds.has(message)));
      if (hidden.size > 0) await mark(hidden, (message) => (seconds.get(message) ?? 0) * 1_000);
    },

    async settled(settlements, unsettled) {
      const isUnsettled = ({ message }: SettledMessage): boolean => unsettled.has(message.received.messageId);
      const ended = settlements.filter((one) => !isUnsettled(one) && known.mayHaveAny(one.message, isMarking()));
      const left = settlements.filter((one) => isUnsettled(one) && one.visibilityTimeoutSeconds === undefined);
      const unmarked = new Map(left.map(({ message }) => [message, itemsOf(message)]));
      if (left.length > 0) await mark(unmarked, () => DELIVERY_POLICY.unsettledMarkMs);
      const uncleared = await own.clear(new Map(ended.map((one) => [one.message, endedKeys(one)])), isMarking());
      // What is delivered and nothing else is delivered once more, in its turn; a letter or a copy would be there twice.
      const again = ended.filter((one) => uncleared.has(one.message) && !one.deadLetter && !one.retryMessage);
      return new Set(again.map(({ message }) => message.received.messageId));
    },
  };

  function endedKeys({ message, retryMessage }: SettledMessage): ReadonlySet<number> {
    const waiting = names.keysOf(retryMessage === undefined ? [] : (back.get(message) ?? []));
    return new Set([...keysOf(message)].filter((key) => !waiting.has(key)));
  }
}

/** Worked out when it is asked for: of most batches nothing goes back. */
function remembered<T>(of: (message: Message) => T): (message: Message) => T {
  const known = new Map<Message, T>();
  return (message) => {
    const value = known.get(message) ?? of(message);
    known.set(message, value);
    return value;
  };
}

const byMessage = (items: readonly WorkItem[]): ReadonlyMap<Message, readonly WorkItem[]> =>
  Map.groupBy(items, ({ message }) => message);

export type { OrderSession, OrderState, SettledMessage };
export { createOrderSession, NO_ORDER };
