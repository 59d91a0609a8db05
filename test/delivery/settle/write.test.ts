import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../../lib/dead-letter/types.ts';
import type { DeliveryDeps } from '../../../lib/delivery/deps.ts';
import type { Settlement } from '../../../lib/delivery/settle/settlement.ts';
import { writeSettlements } from '../../../lib/delivery/settle/write.ts';
import type { JournalEntry } from '../../../lib/journal/entry.ts';
import type { OutgoingMessage, SendOutcome } from '../../../lib/message/queue.ts';
import { silentLog } from '../../../lib/simulation/silent-log.ts';
import type { DeliveryEvent } from '../../../lib/telemetry/events.ts';
import { messageOf } from '../fixtures.ts';
import { SYNC } from '../intake/fixtures.ts';

const NONE = { delivered: 0, dead: 0, requeued: 0 };
const LETTER = { failure: { code: '1006' } } as DeadLetter;
const COPY: OutgoingMessage = { body: '{}', attributes: {}, delaySeconds: 5 };
const REQUEUED = { reason: 'retry', code: '713' } as const;

const entryOf = (relayId: string): JournalEntry => ({
  relayId,
  messageId: relayId,
  receiveCount: 1,
  part: 0,
  operation: 'syncLeads',
  idempotent: true,
  publishedAtMs: 0,
  settledAtMs: 1,
  outcome: 'delivered',
  code: 'ok',
  attempts: 1,
  keys: [],
});
const settled = (id: string, rest: Partial<Settlement>): Settlement => ({
  message: messageOf({ ...SYNC, id }, id),
  counts: NONE,
  entries: [entryOf(id)],
  ...rest,
});
const delivered = settled('delivered', { counts: { ...NONE, delivered: 2 } });
const both = settled('both', {
  deadLetter: LETTER,
  retryMessage: COPY,
  counts: { ...NONE, dead: 1, requeued: 1 },
  requeued: REQUEUED,
});
const extended = settled('extended', {
  visibilityTimeoutSeconds: 20,
  counts: { ...NONE, requeued: 2 },
  requeued: REQUEUED,
});

/** What is written for these, and in which order. */
async function write(
  settlements: readonly Settlement[],
  refuses: 'nothing' | 'letters' | 'results' | 'copies' = 'nothing',
) {
  const steps: string[] = [];
  const events: DeliveryEvent[] = [];
  const lines: object[] = [];
  const send =
    (what: 'letters' | 'results' | 'copies') =>
    async (parts: readonly unknown[]): Promise<SendOutcome[]> => {
      steps.push(`${parts.length} ${what}`);
      return parts.map(() => (refuses === what ? { accepted: false, error: 'no' } : { accepted: true }));
    };
  const deps: Pick<DeliveryDeps, 'deadLetters' | 'results' | 'queue' | 'observe' | 'log'> = {
    results: { send: send('results') },
    deadLetters: { send: send('letters') },
    queue: {
      send: send('copies'),
      extendVisibility: async (_, seconds) => {
        steps.push(`visible in ${seconds} s`);
        return false;
      },
      extendVisibilityBatch: async (handles) => handles.map(() => false),
      deleteBatch: async (handles) => handles.map(() => false),
    },
    observe: (event) => events.push(event),
    log: { ...silentLog, info: (message, fields) => lines.push({ message, ...fields }) },
  };
  const duplicates = new Map(
    settlements.map(({ message: { received } }) => [
      received.messageId,
      [{ ...received, messageId: `${received.messageId}-again` }],
    ]),
  );
  const { unsettled, entries } = await writeSettlements(settlements, duplicates, deps);
  return {
    unsettled: [...unsettled],
    entries: entries.map(({ relayId }) => relayId),
    steps,
    kinds: events.map(({ kind }) => kind),
    lines,
  };
}

describe('writing what a batch has led to', () => {
  it('acknowledges what is delivered, and its duplicates, without writing anything', async () => {
    expect(await write([delivered])).toMatchObject({
      unsettled: [],
      entries: ['delivered'],
      steps: [],
      kinds: ['delivered', 'deduplicated'],
    });
  });

  it('names all that were delivered in a line for 300 of them, and those that go back with their reason', async () => {
    const many = Array.from({ length: 301 }, (_, index) => settled(`m${index}`, { counts: { ...NONE, delivered: 2 } }));
    const { lines } = await write([...many, both]);

    const message = 'messages were delivered';
    expect(lines).toHaveLength(3);
    expect(lines).toContainEqual(expect.objectContaining({ message, messages: 300, records: 600 }));
    expect(lines).toContainEqual({ message, messages: 1, records: 2, relayIds: ['m300'] });
    expect(lines).toContainEqual(
      expect.objectContaining({
        message: 'messages go back to the queue',
        ...REQUEUED,
        messages: 1,
        relayIds: ['both'],
      }),
    );
  });

  it('names nobody as delivered whose rest could not be written', async () => {
    const partly = settled('partly', { ...both, message: both.message, counts: { ...NONE, delivered: 1, dead: 1 } });

    expect((await write([partly], 'letters')).lines).toEqual([]);
  });

  it('writes dead letters, then retry messages, then acknowledges', async () => {
    const { unsettled, steps, kinds } = await write([delivered, both]);

    expect(steps).toEqual(['1 letters', '1 copies']);
    expect(unsettled).toEqual([]);
    expect(kinds).toEqual(['delivered', 'deduplicated', 'deadLettered', 'returned', 'deduplicated']);
  });

  it('writes no retry message for one whose dead letter is refused, and acknowledges neither it nor its duplicates', async () => {
    const { unsettled, steps, kinds } = await write([both], 'letters');

    expect(steps).toEqual(['1 letters']);
    expect(unsettled).toEqual(['both', 'both-again']);
    expect(kinds).toEqual(['unsettled']);
  });

  it('does not acknowledge a message whose retry message is refused', async () => {
    const { unsettled, kinds } = await write([delivered, both], 'copies');

    expect(unsettled).toEqual(['both', 'both-again']);
    expect(kinds).toEqual(['delivered', 'deduplicated', 'unsettled']);
  });

  it('extends the visibility of what cannot be copied, and leaves it on the queue, even where SQS refuses', async () => {
    const { unsettled, steps, kinds } = await write([extended]);

    expect(steps).toEqual(['visible in 20 s']);
    expect(unsettled).toEqual(['extended', 'extended-again']);
    expect(kinds).toEqual(['returned']);
  });
});
