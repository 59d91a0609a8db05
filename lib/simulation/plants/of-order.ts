import type { DeliveryDeps } from '../../delivery/deps.ts';
import type { OrderMarks } from '../../delivery/order/order-marks.ts';
import { type PlantedBug, withLedger } from './planted-bug.ts';

const withMarks =
  (change: (marks: OrderMarks) => Partial<OrderMarks>) =>
  (deps: DeliveryDeps): DeliveryDeps => {
    const { orderMarks } = deps;
    return orderMarks === undefined ? deps : { ...deps, orderMarks: { ...orderMarks, ...change(orderMarks) } };
  };

/** Bugs by which an old write comes after a newer one of its key. */
const BUGS_OF_ORDER: readonly PlantedBug[] = [
  {
    what: 'sends without a look for older messages that went back',
    finds: 'newestWins',
    deps: withMarks(() => ({ read: async () => new Map() })),
  },
  {
    what: 'marks what goes back, and tells no other worker that anything is marked',
    finds: 'newestWins',
    deps: withLedger((ledger) => ({
      tellMarks: async () => {},
      release: (ends) => ledger.release(ends.map(({ marksUntilMs: _, ...rest }) => rest)),
    })),
  },
  {
    what: 'ends the marks of a message whenever it goes back once more',
    finds: 'newestWins',
    deps: withMarks((marks) => ({
      change: (changes) =>
        marks.change(
          new Map(
            [...changes].map(([key, { put, remove }]) => [
              key,
              { put: [], remove: [...remove, ...put.map(({ id }) => id)] },
            ]),
          ),
        ),
    })),
  },
  {
    what: 'lets each message forget that it is marked',
    finds: 'newestWins',
    deps: (deps) => ({
      ...deps,
      queue: {
        ...deps.queue,
        send: (messages) =>
          deps.queue.send(
            messages.map((message) => {
              const { relay } = message.attributes;
              const text = relay?.stringValue?.replace(/,"marked":"[^"]*"/, '');
              if (relay === undefined || text === undefined) return message;
              return { ...message, attributes: { ...message.attributes, relay: { ...relay, stringValue: text } } };
            }),
          ),
      },
    }),
  },
];

export { BUGS_OF_ORDER };
