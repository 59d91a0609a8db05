import { randomUUID } from 'node:crypto';
import type { MessageProblem } from '../message/problem.ts';
import type { PublisherMessage } from './publisher-message.ts';
import { textOf, textProblems } from './validate.ts';

/** As SQS's SendMessageBatch takes it. `Id` tells entries of one array apart; the message's own id is in the body. */
interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

interface EntryOptions {
  /** Gives an id to each message that has none. @default randomUUID */
  readonly createId?: () => string;
}

type Written =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'invalid'; readonly problems: readonly MessageProblem[] };

/** Thrown by {@link toEntries} for messages that the relay would not accept. */
class InvalidMessagesError extends Error {
  override readonly name = 'InvalidMessagesError';
  /** By the message's place in the array. */
  readonly problems: ReadonlyMap<number, readonly MessageProblem[]>;

  constructor(problems: ReadonlyMap<number, readonly MessageProblem[]>) {
    const lines = [...problems].flatMap(([index, found]) =>
      found.map(({ path, expected }) => `- [${index}]${path === '' ? '' : ` ${path}`}: expected ${expected}`),
    );
    super(['The relay would not accept these messages:', ...lines].join('\n'));
    this.problems = problems;
  }
}

/**
 * Messages as texts for an outbox: to be stored in the transaction that makes them true, and sent when it is committed.
 * Each gets an `id` now, so that one that is sent twice is not executed twice. Asks nobody and sends nothing.
 *
 * @throws {InvalidMessagesError} that lists every problem of every message; then none is to be stored.
 * @example
 * for (const { MessageBody } of toEntries([requests.requestCampaign({ campaignId: 7, body })])) {
 *   await transaction.insert('outbox', { body: MessageBody });
 * }
 */
function toEntries(messages: readonly PublisherMessage[], options: EntryOptions = {}): readonly Entry[] {
  const written = writeEntries(messages, options);
  const problems = written.flatMap((one, index) => (one.kind === 'invalid' ? [[index, one.problems] as const] : []));
  if (problems.length > 0) throw new InvalidMessagesError(new Map(problems));
  return written.flatMap((one) => (one.kind === 'entry' ? [one.entry] : []));
}

function writeEntries(messages: readonly PublisherMessage[], options: EntryOptions): readonly Written[] {
  const { createId = randomUUID } = options;
  return messages.map((message, index) => {
    const named = isNameless(message) ? { id: createId(), ...withoutId(message) } : message;
    const written = textOf(named);
    if ('problem' in written) return { kind: 'invalid', problems: [written.problem] };
    const problems = textProblems(written.text);
    if (problems.length > 0) return { kind: 'invalid', problems };
    return { kind: 'entry', entry: { Id: String(index), MessageBody: written.text } };
  });
}

/** What is no object at all is left to the checks. */
function isNameless(message: PublisherMessage): boolean {
  return typeof message === 'object' && message !== null && !Array.isArray(message) && message.id === undefined;
}

function withoutId({ id: _, ...message }: PublisherMessage): PublisherMessage {
  return message;
}

export type { Entry, EntryOptions, Written };
export { InvalidMessagesError, toEntries, writeEntries };
