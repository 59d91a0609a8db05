import { checkMessageText } from '../../message/check-message.ts';
import { editJson } from '../../message/json-edit.ts';
import { toJsonText } from '../../message/json-text.ts';
import { ID } from '../../message/message-schema.ts';
import { fitsAsCopy, messageBytes } from '../../message/message-size.ts';
import type { MessageProblem } from '../../message/problem.ts';
import type { MessageAttribute, OutgoingMessage } from '../../message/queue.ts';
import { encodeRelayState } from '../../message/relay-attribute.ts';
import { RELAY_ATTRIBUTE, type RelayState } from '../../message/relay-state.ts';
import { MAX_ATTRIBUTES, MAX_MESSAGE_BYTES } from '../../settings/policy.ts';
import { unwrap } from '../read.ts';
import { keysOfBody } from './keys.ts';
import type { LaneMessage } from './lane-queues.ts';
import { originalBodyOf } from './original.ts';
import { factsOf, type LetterFacts, type QueuedLetter } from './queued-letter.ts';
import { editBody, type MessageEdit } from './record-edit.ts';

interface ResendOptions {
  readonly edits: readonly MessageEdit[];
  /** The message as somebody edited it by hand, in place of the letter's. */
  readonly editedBody?: string;
  /** Sends what Marketo may have done already, under a new id. */
  readonly includeUnknown: boolean;
  /** When the command started: the message is first seen then, its budget begins anew. */
  readonly nowMs: number;
}

/** What becomes of one letter when it is sent again. */
type ResendPlan =
  | {
      readonly kind: 'ready';
      readonly outgoing: LaneMessage;
      readonly relayId: string;
      /** What the message changes: messages with a key in common keep their order. */
      readonly keys: readonly string[];
      readonly changes: number;
    }
  | { readonly kind: 'skipped'; readonly why: 'outcomeUnknown' | 'wouldBeRefused'; readonly detail: string }
  | { readonly kind: 'refused'; readonly problems: readonly MessageProblem[] };

const MAX_ID_LENGTH = 128;

/**
 * The message to put on the relay's queue for a letter: the publisher's body and attributes, the same relay id, a fresh
 * budget, and one resend more. Edits are made in the text and checked as intake will check them.
 *
 * @param whole - the letter out of the overflow bucket, when the one on the queue was cut
 */
function planResend(queued: QueuedLetter, whole: string | undefined, options: ResendOptions): ResendPlan {
  const facts = factsOf(queued);
  const isUnknown = facts.outcomeUnknown;
  if (isUnknown && !options.includeUnknown) {
    const detail = 'Marketo may have done it: look there first, then give --include-unknown to send it under a new id';
    return { kind: 'skipped', why: 'outcomeUnknown', detail };
  }
  const isMoved = facts.source === 'sqs';
  const letterText = whole ?? queued.body;
  const original = options.editedBody ?? (isMoved ? queued.body : originalBodyOf(letterText));
  const edited = editBody(original, options.edits);
  const isEdited = options.editedBody !== undefined || options.edits.length > 0;
  if (edited.kind === 'invalid') return { kind: 'refused', problems: edited.problems };
  const relayId = isUnknown ? newIdOf(facts) : facts.relayId;
  const body = isUnknown ? withId(edited.text, relayId) : edited.text;
  // A bad edit is the operator's mistake, and nothing is sent; a letter that nobody edited only stays where it is.
  const unfit = (problems: readonly MessageProblem[]): ResendPlan =>
    isEdited ? { kind: 'refused', problems } : { kind: 'skipped', why: 'wouldBeRefused', detail: lineOf(problems) };

  const checked = checkMessageText(body);
  // A message that SQS moved goes back as it is: the relay says itself what is wrong with it.
  if (checked.kind === 'invalid' && (isEdited || !isMoved)) return unfit(checked.problems);
  const outgoing = isMoved ? asItWas(queued, body) : anew(letterText, body, relayId, facts, options.nowMs);
  if (!fitsAsCopy(outgoing)) {
    const size = `${messageBytes(outgoing)} bytes with its attributes`;
    return unfit([{ path: '', expected: `at most ${MAX_MESSAGE_BYTES} bytes; got ${size}` }]);
  }
  const { lane } = facts;
  const { movedFrom } = queued;
  const ofLane = { ...outgoing, ...(lane && { lane }), ...(isMoved && movedFrom !== undefined && { movedFrom }) };
  return { kind: 'ready', outgoing: ofLane, relayId, keys: keysOfBody(body), changes: edited.changes };
}

/** A message that never became a letter brings its own `relay` attribute, if it has one. */
function asItWas({ attributes }: QueuedLetter, body: string): OutgoingMessage {
  return { body, attributes, delaySeconds: 0 };
}

function anew(
  letterText: string,
  body: string,
  relayId: string,
  { resends }: LetterFacts,
  nowMs: number,
): OutgoingMessage {
  const { letter } = unwrap(letterText);
  const { positions } = letter ?? {};
  const attributes = letter?.attributes ?? {};
  const state: RelayState = {
    relayId,
    attempts: 0,
    attemptsAlone: 0,
    firstSeenMs: nowMs,
    history: [],
    part: 0,
    resends: resends + 1,
    ...(positions === undefined ? {} : { positions }),
  };
  if (Object.keys(attributes).length < MAX_ATTRIBUTES && ID.test(relayId)) {
    return { body, attributes: { ...attributes, [RELAY_ATTRIBUTE]: encodeRelayState(state) }, delaySeconds: 0 };
  }
  return { body: asLetter(body, relayId, attributes, positions), attributes: {}, delaySeconds: 0 };
}

/** No room for an attribute more: as a letter, which intake opens, though its count of resends is lost. */
function asLetter(
  body: string,
  relayId: string,
  attributes: Readonly<Record<string, MessageAttribute>>,
  positions: readonly number[] | undefined,
): string {
  const entries = Object.entries(attributes);
  return toJsonText({
    deadLetter: 1,
    relayId,
    message: {
      body,
      attributes: Object.fromEntries(entries.map(([name, one]) => [name, one.stringValue ?? one.binaryValue ?? ''])),
      attributeTypes: Object.fromEntries(entries.map(([name, one]) => [name, one.dataType])),
      ...(positions === undefined ? {} : { positions }),
    },
  });
}

/** Under its old id the send-once record would keep it from being sent. */
function newIdOf({ relayId, resends }: LetterFacts): string {
  const suffix = `~${resends + 1}`;
  return relayId.replace(/~\d{1,6}$/, '').slice(0, MAX_ID_LENGTH - suffix.length) + suffix;
}

function withId(body: string, id: string): string {
  const edit = { kind: 'set', path: ['id'], valueText: toJsonText(id) } as const;
  const outcome = editJson(body, edit, (root) => [root]);
  return outcome.kind === 'edited' ? outcome.text : body;
}

function lineOf(problems: readonly MessageProblem[]): string {
  return problems.map(({ path, expected }) => `${path === '' ? 'the message' : path}: expected ${expected}`).join('; ');
}

export type { ResendOptions, ResendPlan };
export { lineOf, planResend };
