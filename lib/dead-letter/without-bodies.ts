import { createHash } from 'node:crypto';
import type { DeadLetter, Failure } from './types.ts';

type Tree = Readonly<Record<string, unknown>>;

/**
 * A dead letter for a log that is to hold no personal data: whatever a publisher has written or Marketo has answered gives way to its
 * size and hash. What is left says which message it is, what happened to it, and what to do. The hash tells equal from different; one
 * of a short text can be found by trying, so it is no proof that nobody knows what it is of.
 *
 * @example
 * withoutBodies(letter).request; // { method: 'POST', url: 'https://.../rest/v1/leads.json', body: '[57 bytes: sha256 9f86...]', ... }
 */
function withoutBodies(letter: DeadLetter): Tree {
  const { message, request, response, failure } = letter;
  return {
    ...letter,
    failure: withoutTexts(failure),
    message: { ...message, body: summary(message.body), attributes: summary(message.attributes) },
    ...(request !== undefined && {
      request: {
        ...request,
        url: withoutQuery(request.url),
        ...(request.body !== undefined && { body: summary(request.body) }),
      },
    }),
    ...(response !== undefined && 'body' in response && { response: { ...response, body: summary(response.body) } }),
  };
}

/** Marketo quotes values in what it says, and problems of a message quote the message. */
function withoutTexts(failure: Failure): Tree {
  return {
    ...failure,
    message: summary(failure.message),
    ...(failure.details !== undefined && {
      details: failure.details.map((detail) => ({ ...detail, message: summary(detail.message) })),
    }),
  };
}

/** Filter values are addresses as often as ids. */
function withoutQuery(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? url : `${url.slice(0, at)}?${summary(url.slice(at + 1))}`;
}

/** A string by itself, anything else by its JSON. */
function summary(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `[${Buffer.byteLength(text)} bytes: sha256 ${createHash('sha256').update(text).digest('hex')}]`;
}

export { withoutBodies };
