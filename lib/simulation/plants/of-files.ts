import type { DeliveryDeps } from '../../delivery/deps.ts';
import { type PlantedBug, withCopies, withRelayState } from './planted-bug.ts';

/** A send-once record that calls each piece free, of messages that name a file alone. */
function freeForFiles({ sendOnce }: DeliveryDeps, isFile: (relayId: string) => boolean): DeliveryDeps['sendOnce'] {
  return {
    claim: (relayId, positions, leaseMs, request) => {
      if (!isFile(relayId)) return sendOnce.claim(relayId, positions, leaseMs, request);
      const nothing = { done: [], unknown: [], before: { done: [], unknown: [] } };
      return Promise.resolve({ kind: 'held', relayId, mark: '', send: positions, ...nothing });
    },
    complete: async (claim, ended, notes) => isFile(claim.relayId) || sendOnce.complete(claim, ended, notes),
  };
}

const isFileBody = (body: string): boolean => body.includes('"file"') && body.includes('/bulk/v1/');

/** Bugs of imports: files that go in twice, of which too little is told, or that are asked about too often. */
const BUGS_OF_FILES: readonly PlantedBug[] = [
  {
    what: 'uploads a piece again whose upload is in doubt',
    finds: 'filesUploadedOnce',
    deps: (deps, world) => ({ ...deps, sendOnce: freeForFiles(deps, (relayId) => world.isFile(relayId)) }),
  },
  {
    what: 'takes all rows of a complete job for imported',
    finds: 'resultsTrue',
    platform: (platform) => ({
      ...platform,
      transport: async (request, options) => {
        const reply = await platform.transport(request, options);
        const isOurs = reply.kind === 'reply' && reply.body.includes('numOfRowsFailed');
        return isOurs ? { ...reply, body: reply.body.replace(/"numOfRowsFailed":\d+/, '"numOfRowsFailed":0') } : reply;
      },
    }),
  },
  {
    what: 'names no rows in a letter about a file of which nobody knows',
    finds: 'filesTold',
    deps: (deps) => ({
      ...deps,
      deadLetters: {
        send: (letters) =>
          deps.deadLetters.send(
            letters.map(({ file, ...letter }) => {
              if (file === undefined) return letter;
              const { unknownRows: _, ...rest } = file;
              return { ...letter, file: rest };
            }),
          ),
      },
    }),
  },
  {
    what: 'takes the first rows of a file for those that failed',
    finds: 'filesTold',
    deps: (deps) => ({
      ...deps,
      journal: {
        write: (entries) =>
          deps.journal.write(
            entries.map((entry) => {
              const { rows } = entry;
              if (rows?.failedRows === undefined) return entry;
              return { ...entry, rows: { ...rows, failedRows: rows.failedRows.map((_, index) => index + 1) } };
            }),
          ),
      },
    }),
  },
  {
    what: 'asks about a job every second',
    finds: 'importsBounded',
    deps: withCopies((message) => (isFileBody(message.body) ? { ...message, delaySeconds: 1 } : message)),
  },
  {
    what: 'forgets which job it waits for',
    finds: 'filesTold',
    deps: (deps) => ({
      ...withCopies((message) =>
        withRelayState(message, ({ file, ...rest }) => {
          if (file === undefined) return rest;
          const { job: _, complete: __, ...known } = file as Record<string, unknown>;
          return { ...rest, file: known };
        }),
      )(deps),
      sendOnce: {
        ...deps.sendOnce,
        complete: (claim, ended) => deps.sendOnce.complete(claim, ended),
      },
    }),
  },
];

export { BUGS_OF_FILES };
