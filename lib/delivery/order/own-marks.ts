import type { Message } from '../../message/message.ts';
import type { DeliveryDeps } from '../deps.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import type { WorkItem } from '../work-item.ts';
import type { KnownMarks } from './known-marks.ts';
import type { MarkNames } from './mark-names.ts';
import type { Span } from './mark-span.ts';
import type { Mark, MarkChange, OrderMarks } from './order-marks.ts';

type Items = ReadonlyMap<Message, readonly WorkItem[]>;

/** Writes the marks of an invocation's own messages. */
interface OwnMarks {
  /** The place of a message among those of its millisecond; it keeps the first one that it is asked for. */
  placeOf(message: Message): number;
  /** It has to come after this one, if that is of its millisecond. */
  goesAfter(message: Message, mark: Mark): void;
  /**
   * Marks the keys of these items, for each message until its span is over, the oldest first.
   *
   * @returns those of which every key is marked, and the latest end of what was written: undefined, when nothing was.
   */
  put(
    items: Items,
    spanOf: (message: Message) => Span,
  ): Promise<{ readonly marked: ReadonlySet<Message>; readonly untilMs: number | undefined }>;
  /** What goes back may be overtaken. */
  giveUp(reason: 'bound' | 'table', messages: readonly Message[]): void;
  /**
   * Ends the marks of these keys of each message, where it has any.
   *
   * @param isMarking whether anything is marked by anybody.
   * @returns messages that may have some left.
   */
  clear(keys: ReadonlyMap<Message, ReadonlySet<number>>, isMarking: boolean): Promise<ReadonlySet<Message>>;
}

interface OwnMarksContext {
  /** The batch, in order of publication. */
  readonly messages: readonly Message[];
  readonly itemsOf: (message: Message) => readonly WorkItem[];
  readonly names: MarkNames;
  readonly known: KnownMarks;
  readonly store: OrderMarks;
  readonly deps: Pick<DeliveryDeps, 'clock' | 'observe' | 'log'>;
}

/** What is to be written, by key, and for each message its keys among them. */
interface Wanted {
  readonly changes: ReadonlyMap<number, { readonly put: readonly Mark[]; readonly remove: readonly string[] }>;
  readonly keysOf: ReadonlyMap<Message, readonly number[]>;
  /** Messages that have a key without room. */
  readonly beyond: ReadonlySet<Message>;
}

function createOwnMarks({ messages, itemsOf, names, known, store, deps }: OwnMarksContext): OwnMarks {
  const { clock, observe, log } = deps;
  const places = new Map<Message, number>();
  const leastPlaces = new Map<Message, number>();
  const indexes = new Map(messages.map((message, index) => [message, index]));
  let writes = 0;

  function placeOf(message: Message): number {
    const fresh = Math.max(indexes.get(message) ?? 0, leastPlaces.get(message) ?? 0);
    const place = places.get(message) ?? message.state.place ?? fresh;
    places.set(message, place);
    return place;
  }

  /** In time, or counted as not done: what settles the batch must not wait for a table that is ill. */
  async function write(changes: ReadonlyMap<number, MarkChange>): Promise<ReadonlySet<number>> {
    if (changes.size === 0) return new Set();
    const late = clock.sleep(DELIVERY_POLICY.markPatienceMs).then(() => new Set(changes.keys()));
    return Promise.race([store.change(changes), late]);
  }

  function giveUp(reason: 'bound' | 'table', messages: readonly Message[]): void {
    if (messages.length === 0) return;
    observe({ kind: 'orderGivenUp', reason, messages: messages.length });
    log.warn('newer messages of their keys may overtake what goes back', {
      reason,
      relayIds: messages.slice(0, MOST_LOGGED).map(({ state }) => state.relayId),
    });
  }

  function markOf(message: Message, some: readonly WorkItem[], key: number, { untilMs, dueMs }: Span): Mark {
    const only = some.filter(({ keys }) => keys.some((one) => names.hashOf(one) === key));
    const isSet = only.every(({ keys, setKeys }) =>
      keys.every((one) => names.hashOf(one) !== key || setKeys.includes(one)),
    );
    const { firstSeenMs: publishedAtMs } = message.state;
    return { id: names.idOf(message), publishedAtMs, place: placeOf(message), untilMs, dueMs, isSet };
  }

  function wantedOf(asked: Items, spanOf: (message: Message) => Span): Wanted {
    const changes = new Map<number, { put: Mark[]; remove: string[] }>();
    const keysOf = new Map<Message, readonly number[]>();
    const beyond = new Set<Message>();
    const byAge = [...asked].sort(([one], [other]) => (indexes.get(one) ?? 0) - (indexes.get(other) ?? 0));
    for (const [message, some] of byAge) {
      const span = spanOf(message);
      const missing = [...names.keysOf(some)].filter((key) => known.untilMs(message, key) < span.leastUntilMs);
      keysOf.set(message, missing);
      for (const key of missing) {
        const change = changes.get(key) ?? { put: [], remove: [] };
        const isSpent = !changes.has(key) && writes >= DELIVERY_POLICY.maxMarkWrites;
        if (isSpent || known.isFull(key, names.idOf(message), change.put)) {
          beyond.add(message);
          continue;
        }
        if (!changes.has(key)) writes += 1;
        change.put.push(markOf(message, some, key, span));
        changes.set(key, change);
      }
    }
    return { changes, keysOf, beyond };
  }

  return {
    placeOf,
    goesAfter(message, { publishedAtMs, place }) {
      if (publishedAtMs !== message.state.firstSeenMs) return;
      leastPlaces.set(message, Math.max(leastPlaces.get(message) ?? 0, place + 1));
    },
    giveUp,

    async put(asked, spanOf) {
      const { changes, keysOf, beyond } = wantedOf(asked, spanOf);
      const failed = await write(changes);
      // Where nobody knows whether it was written, it is written again, and is cleared in the end.
      for (const [key, { put }] of changes) {
        for (const { id, untilMs } of put) known.wrote(id, key, failed.has(key) ? 0 : untilMs);
      }
      const unwritten = whoHas(keysOf, failed);
      giveUp('table', [...unwritten]);
      giveUp(
        'bound',
        [...beyond].filter((message) => !unwritten.has(message)),
      );
      const marked = new Set([...asked.keys()].filter((message) => !unwritten.has(message) && !beyond.has(message)));
      const ends = [...changes.values()].flatMap(({ put }) => put.map(({ untilMs }) => untilMs));
      return { marked, untilMs: ends.length === 0 ? undefined : Math.max(...ends) };
    },

    async clear(asked, isMarking) {
      const changes = new Map<number, { put: Mark[]; remove: string[] }>();
      const keysOf = new Map<Message, readonly number[]>();
      const remove = (key: number, ids: readonly string[]): void => {
        const change = changes.get(key) ?? { put: [], remove: [] };
        change.remove.push(...ids);
        changes.set(key, change);
      };
      for (const [message, keys] of asked) {
        const own = [...keys].filter((key) => known.mayHave(message, key, isMarking));
        keysOf.set(message, own);
        for (const key of own) remove(key, [names.idOf(message)]);
        // They are acknowledged with the message, whatever becomes of it.
        const twinIds = names.twinIdsOf(message);
        if (twinIds.length > 0) for (const key of names.keysOf(itemsOf(message))) remove(key, twinIds);
      }
      return whoHas(keysOf, await write(changes));
    },
  };
}

/** A log line about an outage need not name all. */
const MOST_LOGGED = 50;

function whoHas(keysOf: ReadonlyMap<Message, readonly number[]>, failed: ReadonlySet<number>): ReadonlySet<Message> {
  return new Set([...keysOf].flatMap(([message, keys]) => (keys.some((key) => failed.has(key)) ? [message] : [])));
}

export type { OwnMarks };
export { createOwnMarks };
