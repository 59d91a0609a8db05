import type { HttpReply } from '../../marketo/http.ts';
import type { PlantedBug } from './planted-bug.ts';

const INFERRED: HttpReply = {
  kind: 'reply',
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ requestId: 'a1#9', success: false, errors: [{ code: '1003', message: 'inferred' }] }),
  complete: true,
};

/** The records of a call, as JSON. */
function recordsIn(body = '{}'): readonly string[] {
  if (!body.startsWith('{')) return [];
  const { input } = JSON.parse(body) as { input?: unknown };
  return Array.isArray(input) ? input.map((record) => JSON.stringify(record)) : [];
}

/** Bugs by which a fault is taken for a neighbour's. */
const BUGS_OF_ISOLATION: readonly PlantedBug[] = [
  {
    what: 'infers from the failure of one part of a call that the other part is bad too, and does not ask',
    finds: 'neighboursUnharmed',
    deps: (deps) => {
      const failed: (readonly string[])[] = [];
      const isIn = (part: readonly string[], whole: readonly string[]): boolean =>
        part.length < whole.length && part.every((record) => whole.includes(record));
      return {
        ...deps,
        transport: async (request, options) => {
          const own = recordsIn(request.body);
          const whole = failed.find((one) => isIn(own, one));
          const isOther = failed.some(
            (one) => whole !== undefined && isIn(one, whole) && !one.some((record) => own.includes(record)),
          );
          if (own.length > 0 && isOther) return INFERRED;
          const reply = await deps.transport(request, options);
          if (own.length > 0 && reply.kind === 'reply' && reply.body.includes('"success":false')) failed.push(own);
          return reply;
        },
      };
    },
  },
];

export { BUGS_OF_ISOLATION };
