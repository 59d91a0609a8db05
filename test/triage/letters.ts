import type { QueuedLetter } from '../../lib/dead-letter/triage/queued-letter.ts';
import type { OutgoingMessage } from '../../lib/message/queue.ts';
import type { HeldLetters, TriageDeps } from '../../lib/triage/desk.ts';

const NOW_MS = Date.parse('2027-01-20T12:00:00Z');

interface LetterOptions {
  readonly id: string;
  readonly code?: string;
  readonly email?: string;
  readonly message?: string;
  readonly deadAtMs?: number;
  readonly firstSeen?: string;
  readonly outcomeUnknown?: boolean;
  readonly failure?: Record<string, unknown>;
}

/** A dead letter about one lead, as the relay writes it. */
function letterOf(options: LetterOptions): QueuedLetter {
  const { id, code = '1003', email = `${id}@example.com`, message = 'Field', deadAtMs = NOW_MS } = options;
  const failure = {
    level: 'record',
    code,
    name: `Name of ${code}`,
    message,
    meaning: `Meaning of ${code}`,
    remedy: `Remedy of ${code}`,
    retriable: false,
    outcomeUnknown: options.outcomeUnknown === true,
    attempts: 1,
    firstSeen: options.firstSeen ?? new Date(deadAtMs - 1_000).toISOString(),
    ...options.failure,
  };
  const body = { path: '/rest/v1/leads.json', body: { lookupField: 'email', input: [{ email }] } };
  const letter = { deadLetter: 1, relayId: id, operation: 'syncLeads', failure, message: { body, attributes: {} } };
  return { messageId: `m-${id}`, body: JSON.stringify(letter), attributes: {}, sentAtMs: deadAtMs };
}

interface TriageWorld {
  readonly deps: TriageDeps;
  readonly letters: Map<string, QueuedLetter>;
  readonly sent: OutgoingMessage[];
  /** What happened, in order. */
  readonly log: string[];
  refuses: (message: OutgoingMessage) => boolean;
}

function createTriageWorld(letters: readonly QueuedLetter[]): TriageWorld {
  const left = new Map(letters.map((letter) => [letter.messageId, letter]));
  const hold = (): HeldLetters => ({
    async readAll(onLetter) {
      for (const letter of [...left.values()]) await onLetter(letter);
      return { kind: 'all', left: 0, hidden: 0 };
    },
    async remove(ids) {
      for (const id of ids) {
        left.delete(id);
        world.log.push(`remove ${id}`);
      }
      return new Map();
    },
    async release() {
      world.log.push('release');
    },
  });
  const world: TriageWorld = {
    letters: left,
    sent: [],
    log: [],
    refuses: () => false,
    deps: {
      hold,
      clock: { nowMs: () => NOW_MS + 60_000, sleep: async () => {} },
      fetchWhole: async () => undefined,
      queue: {
        send: async (messages) =>
          messages.map((message) => {
            if (world.refuses(message)) return { accepted: false, error: 'InternalError: model' };
            world.sent.push(message);
            world.log.push(`send ${/"id":"([^"]+)"/.exec(message.attributes.relay?.stringValue ?? '')?.[1]}`);
            return { accepted: true };
          }),
      },
    },
  };
  return world;
}

export type { TriageWorld };
export { createTriageWorld, letterOf, NOW_MS };
