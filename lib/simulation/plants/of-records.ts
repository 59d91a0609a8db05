import type { SendOnce } from '../../delivery/call/send-once.ts';
import type { Queue } from '../../message/queue.ts';
import { marksIn } from '../publications.ts';
import { type PlantedBug, withCopies } from './planted-bug.ts';

const accepted = { accepted: true } as const;

/** A queue that calls everything accepted, whatever SQS says. */
function credulous(queue: Queue): Queue {
  return { ...queue, send: async (messages) => (await queue.send(messages)).map(() => accepted) };
}

const ALWAYS_FREE: SendOnce = {
  claim: async (relayId, send) => ({
    kind: 'held',
    relayId,
    mark: '',
    send,
    done: [],
    unknown: [],
    before: { done: [], unknown: [] },
  }),
  complete: async () => true,
};

/** Bugs that lose a record, send it twice, or say of it what is not so. */
const BUGS_OF_RECORDS: readonly PlantedBug[] = [
  {
    what: 'acknowledges an original whose copy SQS has refused',
    finds: 'nothingLost',
    deps: (deps) => ({ ...deps, queue: credulous(deps.queue) }),
  },
  {
    what: 'acknowledges a message whose dead letter was refused',
    finds: 'resultsTrue',
    deps: (deps) => ({
      ...deps,
      deadLetters: { send: async (letters) => (await deps.deadLetters.send(letters)).map(() => accepted) },
    }),
  },
  {
    what: 'drops the last half of a batch when half of its time is over',
    finds: 'nothingLost',
    handler: (handler) => async (event, context) => {
      const leftMs = context.getRemainingTimeInMillis();
      const first = event.Records.slice(0, Math.ceil(event.Records.length / 2));
      const response = await handler({ Records: first }, context);
      if (context.getRemainingTimeInMillis() < leftMs / 2) return response;
      return handler({ Records: event.Records.slice(first.length) }, context).then((second) => ({
        batchItemFailures: [...response.batchItemFailures, ...second.batchItemFailures],
      }));
    },
  },
  {
    what: 'puts the whole message back although some of its records are delivered',
    finds: 'deliveredOnce',
    deps: (deps, world) =>
      withCopies((message) => {
        const [mark] = marksIn(message.body);
        const whole = mark === undefined ? undefined : world.publicationOf(mark);
        return whole === undefined ? message : { ...message, body: whole.body };
      })(deps),
  },
  {
    what: 'sends what may not be repeated without looking whether it was sent',
    finds: 'notExecutedTwice',
    deps: (deps) => ({ ...deps, sendOnce: ALWAYS_FREE }),
  },
  {
    what: 'takes a lost reply for a call that never left, and repeats a campaign trigger',
    finds: 'notExecutedTwice',
    platform: (platform) => ({
      ...platform,
      transport: async (request, options) => {
        const reply = await platform.transport(request, options);
        return reply.kind === 'noReply' ? { ...reply, mayHaveExecuted: false } : reply;
      },
    }),
  },
  {
    what: 'forgets the send-once record of a call whose outcome is unknown',
    finds: 'notExecutedTwice',
    deps: (deps) => ({
      ...deps,
      sendOnce: {
        ...deps.sendOnce,
        complete: (claim, { done }) => deps.sendOnce.complete(claim, { done, unknown: [] }),
      },
    }),
  },
  {
    what: 'writes a letter that hides that the outcome is unknown',
    finds: 'unknownIsSaid',
    deps: (deps) => ({
      ...deps,
      deadLetters: {
        send: (letters) =>
          deps.deadLetters.send(
            letters.map((letter) => ({ ...letter, failure: { ...letter.failure, outcomeUnknown: false } })),
          ),
      },
    }),
  },
  {
    what: 'puts copies back without their delay',
    finds: 'delayKept',
    deps: withCopies((message) => ({ ...message, delaySeconds: 0 })),
  },
  {
    what: 'writes to the journal what is delivered, and nothing of what is dead',
    finds: 'journalTells',
    deps: (deps) => ({
      ...deps,
      journal: { write: (entries) => deps.journal.write(entries.filter(({ outcome }) => outcome !== 'dead')) },
    }),
  },
  {
    what: 'tells the journal that whatever was settled is delivered',
    finds: 'journalTells',
    deps: (deps) => ({
      ...deps,
      journal: { write: (entries) => deps.journal.write(entries.map((entry) => ({ ...entry, outcome: 'delivered' }))) },
    }),
  },
  {
    what: 'shows in a letter what the whole shared call carried',
    finds: 'lettersAreOwn',
    deps: (deps) => {
      let body: string | undefined;
      return {
        ...deps,
        transport: (request, options) => {
          body = request.body ?? body;
          return deps.transport(request, options);
        },
        deadLetters: {
          send: (letters) =>
            deps.deadLetters.send(
              letters.map((letter) =>
                letter.request === undefined || body === undefined
                  ? letter
                  : { ...letter, request: { ...letter.request, body } },
              ),
            ),
        },
      };
    },
  },
];

export { BUGS_OF_RECORDS };
