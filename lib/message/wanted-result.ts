import * as z from 'zod/mini';
import type { MarketoRequest } from '../marketo/request.ts';
import type { MessageProblem } from './problem.ts';

/** What the publisher wants to be told of a message, and what comes back with it. */
interface WantedResult {
  /** Undefined: as the relay is set up. */
  readonly isWanted?: boolean;
  /** Whether the result repeats the request, and what Marketo said in its own words. */
  readonly withRequest: boolean;
  readonly correlation?: string;
  /** How many pages of a read are asked for. */
  readonly pages: number;
}

const MAX_CORRELATION_LENGTH = 256;
/** At 300 records a page, 300,000: more is what a bulk extract is for (Marketo: bulk-extract). */
const MAX_PAGES = 1_000;

const NOTHING_SAID: WantedResult = { withRequest: false, pages: 1 };

const CORRELATION = { error: `a text of at most ${MAX_CORRELATION_LENGTH} characters` };
const PAGES = { error: `a whole number from 1 to ${MAX_PAGES}` };

/** The members of a message that are about its result, for the schema of the message. */
const wantedShape = {
  results: z.optional(
    z
      .union([z.boolean(), z.strictObject({ request: z.optional(z.boolean()) })], {
        error: 'true, false, or an object with `request` (true to get the request back)',
      })
      .check(
        z.meta({
          description:
            'Whether what became of the message is told where the relay sends results; by default it is. `{"request": true}` ' +
            'repeats the request in it.',
        }),
      ),
  ),
  correlation: z.optional(
    z
      .string(CORRELATION)
      .check(
        z.maxLength(MAX_CORRELATION_LENGTH, CORRELATION),
        z.meta({ description: 'Comes back with the result, unread.' }),
      ),
  ),
  pages: z.optional(
    z.int(PAGES).check(
      z.minimum(1, PAGES),
      z.maximum(MAX_PAGES, PAGES),
      z.meta({
        description: 'Of a read: how many pages to follow by `nextPageToken`. Each is a call and a result.',
      }),
    ),
  ),
};

type WantedShape = z.infer<z.ZodMiniObject<typeof wantedShape>>;

function toWanted({ results, correlation, pages }: WantedShape): WantedResult {
  if (results === undefined && correlation === undefined && pages === undefined) return NOTHING_SAID;
  return {
    ...(results !== undefined && { isWanted: results !== false }),
    withRequest: typeof results === 'object' && results.request === true,
    ...(correlation !== undefined && { correlation }),
    pages: pages ?? 1,
  };
}

/** Whether a request only asks: a GET, or a POST that Marketo does as one. */
function isRead({ method, query }: MarketoRequest): boolean {
  return method === 'GET' || (method === 'POST' && query?._method === 'GET');
}

/** What is wrong with a request for what is wanted of its result. */
function wantedProblems(request: MarketoRequest, { pages }: WantedResult): readonly MessageProblem[] {
  if (pages === 1 || isRead(request)) return [];
  return [{ path: 'pages', expected: `nothing: only a read has pages, and this is a ${request.method}` }];
}

/**
 * What is wrong with it for a relay that sends results, or sends none. The publisher cannot know that, so it is no check of
 * the message alone.
 *
 * @param sendsResults - whether the relay has anywhere to send results to
 */
function resultProblems(
  request: MarketoRequest,
  { isWanted }: WantedResult,
  sendsResults: boolean,
): readonly MessageProblem[] {
  if (isRead(request) && (!sendsResults || isWanted === false)) {
    const why = 'a read spends a call, and its reply would be thrown away';
    return [
      sendsResults
        ? { path: 'results', expected: `true, or nothing: ${why}; got false` }
        : {
            path: 'method',
            expected: `no read: ${why}, since this relay sends no results; deploy it with \`results\``,
          },
    ];
  }
  if (isWanted !== true || sendsResults) return [];
  return [{ path: 'results', expected: 'nothing: this relay sends no results; deploy it with `results`' }];
}

export type { WantedResult };
export {
  isRead,
  MAX_CORRELATION_LENGTH,
  MAX_PAGES,
  NOTHING_SAID,
  resultProblems,
  toWanted,
  wantedProblems,
  wantedShape,
};
