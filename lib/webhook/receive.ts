import type { Secret } from '../marketo/secret.ts';
import { checkMessageText } from '../message/check-message.ts';
import { editJson } from '../message/json-edit.ts';
import { safeJsonText, toJsonText } from '../message/json-text.ts';
import type { MessageProblem } from '../message/problem.ts';
import type { Log } from '../ports.ts';
import { MAX_MESSAGE_BYTES } from '../settings/policy.ts';
import { type Answer, accepted, refused } from './answer.ts';
import { formMessage, type WebhookForm } from './form.ts';
import { checkSignature, type Headers, ID_HEADER, SIGNATURE_HEADERS } from './signature.ts';

/** A POST, however it came. */
interface Post {
  /** `/messages` or `/forms/NAME`, without what stands before it (the stage of an API). */
  readonly path: string;
  readonly headers: Headers;
  /** As it was sent, to the byte. */
  readonly body: Uint8Array;
}

type Published =
  | { readonly kind: 'accepted'; readonly messageId: string }
  /** The queue does not take this body, now or later. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** It may have taken it: nobody knows. */
  | { readonly kind: 'unknown'; readonly detail: string };

interface ReceiveDeps {
  readonly forms: readonly WebhookForm[];
  /** `always`: unsigned is refused. `whenSigned`: unsigned is let in, what has a header of a signature is checked. */
  readonly signature: 'always' | 'whenSigned';
  /** All secrets that are valid. `anew`: none of those known fits, so look whether they were rotated. Throws when there is none. */
  readonly secrets: (anew: boolean) => Promise<readonly Secret[]>;
  readonly publish: (body: string) => Promise<Published>;
  readonly nowMs: () => number;
  readonly log: Log;
}

type Sender = { readonly id?: string } | { readonly answer: Answer };

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const MESSAGES = '/messages';
const FORMS = '/forms/';

/**
 * Receives one POST of the webhook intake: checks who sent it, makes the message, checks that as the relay's intake will,
 * and puts it on the queue. Answers 202 with the relay id once SQS has accepted the message, never before; 4xx with every
 * problem; 503 when it could not be told whether the message was accepted, so that it is sent again under its id.
 * What is posted never stands in the log, nor what is wrong with it, which quotes it.
 */
async function receivePost(post: Post, deps: ReceiveDeps): Promise<Answer> {
  const bytes = post.body.length;
  const answer = await answerTo(post, deps);
  const { status } = answer;
  const facts = { path: pathForLog(post.path, deps.forms), bytes, status, ...answer.facts };
  if (status === 202) deps.log.info('webhook accepted', facts);
  else if (status === 503) deps.log.error('webhook failed', facts);
  else deps.log.warn('webhook refused', facts);
  return answer;
}

async function answerTo(post: Post, deps: ReceiveDeps): Promise<Answer> {
  if (post.body.length > MAX_MESSAGE_BYTES) return refused(413, 'tooLarge', [tooLarge(post.body.length)]);
  const form = deps.forms.find(({ name }) => post.path === `${FORMS}${name}`);
  if (form === undefined && post.path !== MESSAGES) {
    const known = [MESSAGES, ...deps.forms.map(({ name }) => `${FORMS}${name}`)].join(', ');
    return refused(404, 'unknownPath', [{ path: '', expected: `a POST to one of ${known}` }]);
  }
  const sender = await senderOf(post, deps);
  if ('answer' in sender) return sender.answer;
  const wanted = form === undefined ? JSON_TYPE : FORM_TYPE;
  const type = (post.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== wanted) return refused(415, 'contentType', [{ path: 'content-type', expected: wanted }]);
  const text = textOf(post.body);
  if (text === undefined) return refused(400, 'notUtf8', [{ path: '', expected: 'valid UTF-8' }]);
  const reading = form === undefined ? ({ kind: 'message', text } as const) : formMessage(form, text);
  if (reading.kind === 'incomplete') return refused(400, 'incompleteForm', reading.problems);
  return publishText(reading.text, sender.id, deps);
}

async function senderOf({ headers, body }: Post, deps: ReceiveDeps): Promise<Sender> {
  const isSigned = SIGNATURE_HEADERS.some((name) => headers[name] !== undefined);
  if (deps.signature === 'whenSigned' && !isSigned) return {};
  try {
    const first = checkSignature(headers, body, await deps.secrets(false), deps.nowMs());
    const isStrange = first.kind === 'unsigned' && first.fault === 'wrongSignature';
    const reading = isStrange ? checkSignature(headers, body, await deps.secrets(true), deps.nowMs()) : first;
    if (reading.kind === 'signed') return { id: reading.id };
    const status = reading.fault === 'badId' ? 400 : 401;
    return { answer: refused(status, reading.fault, [{ path: reading.header, expected: reading.expected }]) };
  } catch (error) {
    // Without the secret nobody can be let in, and nobody is to blame but who runs the relay.
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : 'not an Error';
    deps.log.error('webhook has no secret', { detail });
    return {
      answer: refused(503, 'noSecret', [{ path: '', expected: 'a relay that knows its secret: send it again later' }]),
    };
  }
}

async function publishText(text: string, idOfHeader: string | undefined, deps: ReceiveDeps): Promise<Answer> {
  const checked = checkMessageText(text);
  if (checked.kind === 'invalid') return refused(400, 'invalidMessage', checked.problems);
  const id = checked.id ?? idOfHeader;
  const body = safeJsonText(checked.id === undefined && id !== undefined ? withId(text, id) : text);
  const bytes = Buffer.byteLength(body);
  if (bytes > MAX_MESSAGE_BYTES) return refused(413, 'tooLarge', [tooLarge(bytes)]);
  const published = await deps.publish(body);
  switch (published.kind) {
    case 'accepted':
      return accepted(id ?? published.messageId, published.messageId);
    case 'refused':
      return refused(400, 'queueRefused', [{ path: '', expected: `what SQS takes; ${published.detail}` }]);
    case 'unknown': {
      deps.log.error('webhook could not publish', { detail: published.detail });
      return refused(503, 'queueUnavailable', [
        { path: '', expected: 'a queue that answers: send it again, under the same id' },
      ]);
    }
  }
}

/** Not parsed and written anew: numbers and blanks stay as they are. */
function withId(text: string, id: string): string {
  const edited = editJson(text, { kind: 'set', path: ['id'], valueText: toJsonText(id) }, (root) => [root]);
  if (edited.kind === 'impossible') throw new Error('an object takes a member');
  return edited.text;
}

function textOf(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function tooLarge(bytes: number): MessageProblem {
  return { path: '', expected: `at most ${MAX_MESSAGE_BYTES} bytes, SQS's limit: split the records; got ${bytes}` };
}

/** An unknown path is the sender's text, and so none for the log. */
function pathForLog(path: string, forms: readonly WebhookForm[]): string {
  const isKnown = path === MESSAGES || forms.some(({ name }) => path === `${FORMS}${name}`);
  return isKnown ? path : 'unknown';
}

export type { Post, Published, ReceiveDeps };
export { FORM_TYPE, FORMS, ID_HEADER, JSON_TYPE, MESSAGES, receivePost };
