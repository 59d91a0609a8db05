import type { PlantedBug } from './planted-bug.ts';

/** Bugs that tell of a message what is not so, or nothing. */
const BUGS_OF_RESULTS: readonly PlantedBug[] = [
  {
    what: 'tells that every record of a message is delivered when some are',
    finds: 'resultsTrue',
    deps: (deps) => {
      const { results } = deps;
      const allDelivered: typeof results = results && {
        send: (told) =>
          results.send(
            told.map((one) => ({
              ...one,
              ...(one.records && {
                records: one.records.map((record) => ({ ...record, outcome: 'delivered' as const })),
              }),
            })),
          ),
      };
      return { ...deps, results: allDelivered };
    },
  },
  {
    what: 'takes a result for told that neither the queue nor the bucket has',
    finds: 'resultsTrue',
    deps: (deps) => ({
      ...deps,
      results: { send: async (results) => results.map(() => ({ accepted: true as const })) },
    }),
  },
];

export { BUGS_OF_RESULTS };
