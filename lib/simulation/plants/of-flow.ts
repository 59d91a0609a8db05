import type { SQSRecord } from 'aws-lambda';
import { Secret } from '../../marketo/secret.ts';
import { type PlantedBug, withCopies, withEnds, withLedger, withRelayState } from './planted-bug.ts';

/** A record that was received before, as if it had ended a worker alone already. */
function blamed(record: SQSRecord): SQSRecord {
  const { ApproximateReceiveCount, SentTimestamp } = record.attributes;
  if (ApproximateReceiveCount === '1') return record;
  const known = record.messageAttributes.relay?.stringValue;
  const id = known === undefined ? record.messageId : (JSON.parse(known) as { id: string }).id;
  const firstSeen = new Date(Number(SentTimestamp)).toISOString();
  const stringValue = JSON.stringify({ v: 1, id, attempt: 0, firstSeen, group: 1, diedAlone: 1 });
  return { ...record, messageAttributes: { ...record.messageAttributes, relay: { dataType: 'String', stringValue } } };
}

/** Bugs by which messages wait for others, or for ever, and those that end an invocation or betray a secret. */
const BUGS_OF_FLOW: readonly PlantedBug[] = [
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
    what: 'stops all operations for an hour while one of them is paused',
    finds: 'budgetEnds',
    deps: withLedger((ledger) => ({
      acquire: async (asks) => {
        const isPaused = (await ledger.evidence()).pausedOperations.length > 0;
        const refused = { kind: 'refused', reason: 'circuit', waitMs: 3_600_000 } as const;
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
];

export { BUGS_OF_FLOW };
