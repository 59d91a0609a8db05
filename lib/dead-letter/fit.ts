import type { Json } from '../marketo/request.ts';
import { shorten, unembedJson } from '../message/json-text.ts';
import { serialise } from './serialise.ts';
import type { DeadLetter } from './types.ts';

interface CutLetter {
  readonly letter: DeadLetter;
  readonly text: string;
  /** What is missing, by its path in the letter; empty when it fitted. */
  readonly cut: readonly string[];
}

/** Enough to recognise a body by. */
const EXCERPT_LENGTH = 1_000;
const KEPT_DETAILS = 20;

type Cut = { readonly path: string; readonly apply: (letter: DeadLetter, note: string) => DeadLetter };

/** In the order in which they can be missed: the message itself goes only when nothing else is left to go. */
const CUTS: readonly Cut[] = [
  {
    path: 'response.body',
    apply: (letter, note) => {
      const { response } = letter;
      if (response === undefined || 'none' in response) return letter;
      return { ...letter, response: { ...response, body: excerpt(response.body, note) } };
    },
  },
  {
    path: 'request.body',
    apply: (letter, note) => {
      const { request } = letter;
      if (request?.body === undefined) return letter;
      return { ...letter, request: { ...request, body: excerpt(request.body, note) } };
    },
  },
  {
    path: 'message.body',
    apply: (letter, note) => ({ ...letter, message: { ...letter.message, body: marker(letter.message.body, note) } }),
  },
  {
    path: 'message.attributes',
    apply: (letter) => {
      const { attributeTypes: _, ...message } = letter.message;
      return Object.keys(message.attributes).length === 0
        ? letter
        : { ...letter, message: { ...message, attributes: {} } };
    },
  },
  {
    path: 'request.url',
    apply: (letter) => {
      const { request } = letter;
      if (request === undefined || request.url.length <= EXCERPT_LENGTH) return letter;
      return { ...letter, request: { ...request, url: shorten(request.url, EXCERPT_LENGTH) } };
    },
  },
  {
    path: 'failure.details',
    apply: (letter) => {
      const { details } = letter.failure;
      if (details === undefined || details.length <= KEPT_DETAILS) return letter;
      return { ...letter, failure: { ...letter.failure, details: details.slice(0, KEPT_DETAILS) } };
    },
  },
  {
    path: 'response.headers',
    apply: (letter) => {
      const { response } = letter;
      return response === undefined || 'none' in response
        ? letter
        : { ...letter, response: { ...response, headers: {} } };
    },
  },
];

/**
 * Cuts a letter until its text has at most `maxBytes`. What is never cut is small by construction.
 *
 * @param note - where the whole is; stands in place of what was cut
 * @param mark - puts the list of cuts into the letter
 */
function cutToFit(
  letter: DeadLetter,
  maxBytes: number,
  note: string,
  mark: (letter: DeadLetter, cut: readonly string[]) => DeadLetter,
): CutLetter {
  const text = serialise(letter);
  let result: CutLetter = { letter, text, cut: [] };
  let rest = letter;
  for (const { path, apply } of CUTS) {
    if (Buffer.byteLength(result.text) <= maxBytes) return result;
    const smaller = apply(rest, note);
    if (smaller === rest) continue;
    rest = smaller;
    const cut = [...result.cut, path];
    const marked = mark(rest, cut);
    result = { letter: marked, text: serialise(marked), cut };
  }
  return result;
}

function marker(body: Json, note: string): string {
  return `[cut: ${Buffer.byteLength(unembedJson(body))} bytes; ${note}]`;
}

function excerpt(body: Json, note: string): string {
  return `${shorten(unembedJson(body), EXCERPT_LENGTH)} ${marker(body, note)}`;
}

export type { CutLetter };
export { cutToFit };
