import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { HttpReply } from '../../../lib/marketo/http.ts';
import { runsOf } from '../../support/runs-of.ts';
import { World } from '../harness.ts';

const FILE = { bucket: 'files', key: 'leads.csv' };
const IMPORT = { path: '/bulk/v1/leads.json', query: { format: 'csv' }, file: FILE, id: 'tonight' };

const word = fc.constantFrom('Queued', 'Importing', 'Complete', 'Failed', 'complete', '', 'Dancing');
const figure = fc.oneof(fc.nat({ max: 9 }), fc.constantFrom(-1, 1e20, '3', null, 'many'));
const entry = fc.record(
  {
    ...{ batchId: fc.oneof(fc.nat(), fc.constantFrom('', '7', null)), status: word, message: fc.string() },
    ...{ numOfLeadsProcessed: figure, numOfRowsFailed: figure, numOfRowsWithWarning: figure },
  },
  { requiredKeys: [] },
);
const envelope = fc.record(
  {
    success: fc.boolean(),
    result: fc.oneof(fc.array(fc.oneof(entry, fc.constantFrom(null, 7, 'x')), { maxLength: 3 }), fc.constant(null)),
    errors: fc.array(fc.record({ code: fc.constantFrom('1016', '1019', '613', '713', '602', '606', '') }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: [] },
);
const ok = (member: object): string => JSON.stringify({ success: true, result: [member] });
const body = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ok({ batchId: 7, status: 'Queued' }),
      ok({ batchId: 7, status: 'Importing' }),
      ok({ batchId: 7, status: 'Complete', numOfLeadsProcessed: 1, numOfRowsFailed: 1, numOfRowsWithWarning: 1 }),
    ),
  },
  envelope.map((value) => JSON.stringify(value)),
  fc.constantFrom('', '<html>', 'email,Import Failure Reason\n', 'email,Import Failure Reason\nann@example.com,why\n'),
  fc.string({ unit: fc.constantFrom('"', ',', '\n', 'a', '\0') }),
);
const reply: fc.Arbitrary<HttpReply> = fc.oneof(
  fc.record({
    kind: fc.constant('reply' as const),
    status: fc.constantFrom(200, 200, 200, 404, 413, 500, 302),
    headers: fc.constant({}),
    body,
    complete: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('noReply' as const),
    reason: fc.constantFrom('timeout' as const, 'connection' as const, 'notConnected' as const),
    mayHaveExecuted: fc.boolean(),
    detail: fc.constant('none'),
  }),
);

/** Marketo says, beyond doubt, that it has the upload. */
function isTaken(answer: HttpReply): boolean {
  if (answer.kind === 'noReply' || answer.status !== 200 || !answer.complete || !answer.body.startsWith('{'))
    return false;
  const { success, result, errors = [] } = JSON.parse(answer.body) as Record<string, unknown> & { errors?: unknown[] };
  return success === true && errors.length === 0 && Array.isArray(result) && typeof result[0]?.batchId === 'number';
}

it('whatever Marketo answers, each step of an import ends in a retry message, a dead letter or a delivery, and what was uploaded stays so', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 12 }), async (replies) => {
      let calls = 0;
      let taken = 0;
      const world = new World({
        script({ request }) {
          const answer = replies[calls++ % replies.length] as HttpReply;
          if (request.method === 'POST' && isTaken(answer)) taken += 1;
          return answer;
        },
      });
      world.files.objects.set(FILE.key, Buffer.from('email\nann@example.com\nbob@example.com\n'));
      let batch = world.messages([IMPORT]);
      for (let turn = 0; turn < 8 && batch.length > 0; turn += 1) {
        const { copies, letters, unsettled } = await world.deliver(batch);
        const delivered = world.events.filter(({ kind }) => kind === 'delivered').length;
        expect([unsettled.size, copies.length + letters.length + (letters.length === 0 ? delivered : 0)]).toEqual([
          0, 1,
        ]);
        await world.time.finish(world.time.sleep((copies[0]?.delaySeconds ?? 0) * 1_000));
        batch = copies.map((copy) => world.received(copy));
      }
      expect(taken).toBeLessThanOrEqual(1);
    }),
    { numRuns: runsOf(150) },
  );
});
