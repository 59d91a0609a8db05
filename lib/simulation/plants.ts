import type { SQSRecord } from 'aws-lambda';
import { createMemoryTokenRegister } from '../access-token/memory-token-register.ts';
import { createTokenKeeper } from '../access-token/token-keeper.ts';
import type { SendOnce } from '../delivery/call/send-once.ts';
import type { DeliveryDeps } from '../delivery/deps.ts';
import type { Ledger, Release } from '../ledger/ledger.ts';
import { createIdentity } from '../marketo/identity.ts';
import { Secret } from '../marketo/secret.ts';
import type { OutgoingMessage, Queue } from '../message/queue.ts';
import type { CheckName } from './checks.ts';
import { marksIn } from './publications.ts';
import type { Plant } from './worker.ts';

interface PlantedBug extends Plant {
  /** The check that it was made for. */
  readonly finds: CheckName;
  readonly what: string;
}

const withLedger =
  (change: (ledger: Ledger) => Partial<Ledger>) =>
  (deps: DeliveryDeps): DeliveryDeps => ({
    ...deps,
    ledger: { ...deps.ledger, ...change(deps.ledger) },
  });

const withEnds = (change: (end: Release) => Release) =>
  withLedger((ledger) => ({ release: (ends) => ledger.release(ends.map(change)) }));

const withCopies =
  (change: (message: OutgoingMessage) => OutgoingMessage) =>
  (deps: DeliveryDeps): DeliveryDeps => ({
    ...deps,
    queue: { ...deps.queue, send: (messages) => deps.queue.send(messages.map(change)) },
  });

/** A copy whose `relay` attribute has lost something that it must remember. */
function withRelayState(message: OutgoingMessage, change: (state: Record<string, unknown>) => object): OutgoingMessage {
  const { relay } = message.attributes;
  if (relay?.stringValue === undefined) return message;
  const state = JSON.parse(relay.stringValue) as Record<string, unknown>;
  const changed = { ...relay, stringValue: JSON.stringify(change(state)) };
  return { ...message, attributes: { ...message.attributes, relay: changed } };
}

/** A record that was received before, as if it had ended a worker alone already. */
function blamed(record: SQSRecord): SQSRecord {
  const { ApproximateReceiveCount, SentTimestamp } = record.attributes;
  if (ApproximateReceiveCount === '1') return record;
  const firstSeen = new Date(Number(SentTimestamp)).toISOString();
  const stringValue = JSON.stringify({ v: 1, id: record.messageId, attempt: 0, firstSeen, group: 1, diedAlone: 1 });
  return { ...record, messageAttributes: { ...record.messageAttributes, relay: { dataType: 'String', stringValue } } };
}

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
  complete: async () => {},
};

/** Bugs that somebody could write any day: at least one for each check, and each must be found. */
const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    what: 'acknowledges an original whose copy SQS has refused',
    finds: 'nothingLost',
    deps: (deps) => ({ ...deps, queue: credulous(deps.queue) }),
  },
  {
    what: 'acknowledges a message whose dead letter was refused',
    finds: 'nothingLost',
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
    what: 'counts the window from the grant instead of the end of the call',
    finds: 'windowKept',
    deps: withEnds((end) => ({ ...end, endedAtMs: end.permit.notBeforeMs })),
  },
  {
    what: 'gives the slot back of a call that Marketo may still be busy with',
    finds: 'slotsKept',
    deps: withEnds((end) => ({ ...end, holdMs: 0 })),
  },
  {
    what: 'leases a slot for a second, whatever the call takes',
    finds: 'slotsKept',
    deps: withLedger((ledger) => ({
      acquire: (asks) => ledger.acquire(asks.map((ask) => ({ ...ask, callTimeoutMs: 1_000 }))),
    })),
  },
  {
    what: 'gives every call back to the day, as if each reply were a starred one',
    finds: 'dayKept',
    deps: withEnds((end) => ({ ...end, counted: false })),
  },
  {
    what: 'tells the ledger of no keys',
    finds: 'keysApart',
    deps: withLedger((ledger) => ({
      acquire: (asks) => ledger.acquire(asks.map((ask) => ({ ...ask, keys: [], hasKeyless: true }))),
    })),
  },
  {
    what: 'puts copies back without their delay',
    finds: 'delayKept',
    deps: withCopies((message) => ({ ...message, delaySeconds: 0 })),
  },
  {
    what: 'logs the Authorization header',
    finds: 'noSecrets',
    platform: (platform) => ({
      ...platform,
      transport: (request, options) => {
        platform.log.debug('call', { headers: { ...request.headers, Authorization: `Bearer ${options.bearer}` } });
        return platform.transport(request, options);
      },
    }),
  },
  {
    what: 'forgets which secrets a letter must not hold, and reads replies as they come',
    finds: 'noSecrets',
    deps: (deps, world) => ({ ...deps, secrets: () => [], transport: world.rawTransport }),
  },
  {
    what: 'names the client secret in an error',
    finds: 'noSecrets',
    deps: (deps) => ({
      ...deps,
      sendOnce: {
        ...deps.sendOnce,
        complete: async () => {
          const [secret = new Secret('none')] = deps.secrets();
          throw new Error(`not settled with ${secret.reveal()}`);
        },
      },
    }),
  },
  {
    what: 'holds what goes back for the longest time that SQS allows, again and again',
    finds: 'queueDrains',
    deps: (deps) => ({
      ...deps,
      queue: {
        ...deps.queue,
        send: async (messages) => messages.map(() => ({ accepted: false, error: 'planted' })),
      },
    }),
  },
  {
    what: 'never tells the ledger of a success: an open circuit stays open',
    finds: 'queueDrains',
    deps: withEnds((end) => (end.outcome === 'success' ? { ...end, outcome: 'transient' } : end)),
  },
  {
    what: 'asks identity for every call',
    finds: 'identityBounded',
    deps: (deps, world) => {
      const { rawTransport: transport } = world;
      const { fetchToken } = createIdentity({ baseUrl: deps.baseUrl, transport, timeoutMs: 9_000 });
      const secret = JSON.parse(world.secretString()) as { clientId: string; clientSecret: string };
      const credentials = { clientId: secret.clientId, clientSecret: new Secret(secret.clientSecret) };
      const provider = { credentials: async () => credentials, refresh: async () => credentials };
      const fresh = () =>
        createTokenKeeper({
          register: createMemoryTokenRegister(),
          fetchToken,
          credentials: provider,
          clock: deps.clock,
          random: deps.random,
          holderId: 'planted',
          log: deps.log,
        });
      return {
        ...deps,
        tokens: {
          current: () => fresh().current(),
          replace: (failed, evidence) => fresh().replace(failed, evidence),
        },
      };
    },
  },
  {
    what: 'takes its deadline for a minute later than it is',
    finds: 'endsInTime',
    handler: (handler) => (event, context) =>
      handler(event, { getRemainingTimeInMillis: () => context.getRemainingTimeInMillis() + 60_000 }),
  },
  {
    what: 'throws when SQS refuses a message',
    finds: 'neverThrows',
    deps: (deps) => ({
      ...deps,
      queue: {
        ...deps.queue,
        send: async (messages) => {
          const outcomes = await deps.queue.send(messages);
          if (outcomes.some((outcome) => !outcome.accepted)) throw new Error('planted: refused');
          return outcomes;
        },
      },
    }),
  },
  {
    what: 'gives a permit back twice when the call took long',
    finds: 'permitsReturned',
    deps: withLedger((ledger) => ({
      release: (ends) => {
        const late = ends.filter((end) => end.endedAtMs - end.permit.notBeforeMs > 3_000);
        return ledger.release([...ends, ...late]);
      },
    })),
  },
  {
    what: 'keeps the permit of a call that failed for a passing reason',
    finds: 'permitsReturned',
    deps: withLedger((ledger) => ({
      release: (ends) => ledger.release(ends.filter((end) => end.outcome !== 'transient')),
    })),
  },
  {
    what: 'takes its own pause for that of a person',
    finds: 'resumes',
    govern: (deps) => ({
      ...deps,
      notes: {
        ...deps.notes,
        read: async () => {
          const note = await deps.notes.read();
          return note && { ...note, by: 'person' };
        },
      },
    }),
  },
  {
    what: 'stops all operations while one of them is paused',
    finds: 'neighboursUnharmed',
    deps: withLedger((ledger) => ({
      acquire: async (asks) => {
        const isPaused = (await ledger.evidence()).pausedOperations.length > 0;
        const refused = { kind: 'refused', reason: 'circuit', waitMs: 60_000 } as const;
        return isPaused && !asks.some(({ healthCheck }) => healthCheck)
          ? asks.map(() => refused)
          : ledger.acquire(asks);
      },
    })),
  },
  {
    what: 'forgets the attempts that a message has behind it',
    finds: 'budgetEnds',
    deps: withCopies((message) => withRelayState(message, ({ alone: _, ...rest }) => ({ ...rest, attempt: 0 }))),
  },
  {
    what: 'never learns that a message was received before',
    finds: 'budgetEnds',
    handler: (handler) => (event, context) => {
      const Records = event.Records.map((record) => ({
        ...record,
        attributes: { ...record.attributes, ApproximateReceiveCount: '1' },
      }));
      return handler({ Records }, context);
    },
  },
  {
    what: 'takes all who were with a message that ended its worker for what ended it',
    finds: 'neighboursUnharmed',
    handler: (handler) => (event, context) => handler({ Records: event.Records.map(blamed) }, context),
  },
  {
    what: 'forgets how many workers a message has ended alone',
    finds: 'budgetEnds',
    deps: withCopies((message) => withRelayState(message, ({ diedAlone: _, ...rest }) => rest)),
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

export type { PlantedBug };
export { PLANTED_BUGS };
