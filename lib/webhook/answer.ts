import type { MessageProblem } from '../message/problem.ts';

/** What the webhook intake answers, and what of it may be logged. */
interface Answer {
  readonly status: 202 | 400 | 401 | 404 | 413 | 415 | 503;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
  /** No text of the sender's but ids. */
  readonly facts: Readonly<Record<string, string | number>>;
}

type Refusal = Exclude<Answer['status'], 202>;

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const;
/** For who has to send again. */
const RETRY_AFTER_SECONDS = 30;

function accepted(relayId: string, messageId: string): Answer {
  return { status: 202, headers: HEADERS, body: JSON.stringify({ relayId, messageId }), facts: { relayId, messageId } };
}

function refused(status: Refusal, reason: string, problems: readonly MessageProblem[]): Answer {
  return {
    status,
    headers: status === 503 ? { ...HEADERS, 'retry-after': String(RETRY_AFTER_SECONDS) } : HEADERS,
    body: JSON.stringify({ problems }),
    facts: { reason, problems: problems.length },
  };
}

export type { Answer };
export { accepted, refused };
