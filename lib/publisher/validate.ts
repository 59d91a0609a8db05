import { checkMessageText } from '../message/check-message.ts';
import { toJsonText } from '../message/json-text.ts';
import { messageBytes } from '../message/message-size.ts';
import type { MessageProblem } from '../message/problem.ts';
import { MAX_MESSAGE_BYTES } from '../settings/policy.ts';
import type { PublisherMessage } from './publisher-message.ts';

type Validation = { readonly ok: true } | { readonly ok: false; readonly problems: readonly MessageProblem[] };

/** A message as its text, or why it cannot be one. */
type Text = { readonly text: string } | { readonly problem: MessageProblem };

/**
 * The very checks that the relay makes of a message at its intake, and the size that SQS allows. Never throws.
 *
 * @example
 * validate({ path: 'rest/v1/leads.json', body: { input: [] } });
 * // { ok: false, problems: [{ path: 'path', expected: '...; did you mean "/rest/v1/leads.json"?' }] }
 */
function validate(message: PublisherMessage): Validation {
  const written = textOf(message);
  if ('problem' in written) return { ok: false, problems: [written.problem] };
  const problems = textProblems(written.text);
  return problems.length === 0 ? { ok: true } : { ok: false, problems };
}

function textOf(message: PublisherMessage): Text {
  try {
    const hasText = !['undefined', 'function', 'symbol'].includes(typeof message);
    return { text: toJsonText(hasText ? message : null) };
  } catch (error) {
    const detail = error instanceof Error ? error.message.split('\n', 1)[0] : 'not JSON';
    return { problem: { path: '', expected: `what JSON can carry; ${detail}` } };
  }
}

function textProblems(text: string): readonly MessageProblem[] {
  const checked = checkMessageText(text);
  const bytes = messageBytes({ body: text, attributes: {} });
  const tooLarge =
    bytes > MAX_MESSAGE_BYTES
      ? [{ path: '', expected: `at most ${MAX_MESSAGE_BYTES} bytes, SQS's limit: split the records; got ${bytes}` }]
      : [];
  return [...(checked.kind === 'invalid' ? checked.problems : []), ...tooLarge];
}

export type { Validation };
export { textOf, textProblems, validate };
