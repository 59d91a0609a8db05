import type { Transport } from '../marketo/http.ts';

/**
 * When the invocation that runs now must be over. An execution environment runs one invocation at a time, so there is
 * one such moment in it, and all that goes over the network asks for it: a chain of requests, each within its own
 * deadline, would otherwise outlast the function.
 */
interface InvocationEnd {
  /** @param atMs as `nowMs` counts; Lambda stops the function then */
  set(atMs: number): void;
  /** What is left for requests; endless before the first invocation. */
  leftMs(): number;
  /** The same transport, whose calls end with the invocation. */
  transport(transport: Transport): Transport;
}

/** What is left for the answer to Lambda when no request may run any more: metrics, log lines, a busy processor. */
const ANSWER_MS = 2_000;

function createInvocationEnd(nowMs: () => number): InvocationEnd {
  let endsAtMs = Number.POSITIVE_INFINITY;
  const leftMs = (): number => endsAtMs - nowMs();
  return {
    set(atMs) {
      endsAtMs = atMs - ANSWER_MS;
    },
    leftMs,
    transport: (transport) => async (request, options) => {
      const mostMs = leftMs();
      // Not even a timeout of zero: a kept-alive connection would have taken the request by then.
      if (mostMs <= 0) return { kind: 'noReply', reason: 'notConnected', mayHaveExecuted: false, detail: ENDED };
      return transport(request, { ...options, timeoutMs: Math.min(options.timeoutMs, mostMs) });
    },
  };
}

const ENDED = 'the invocation ends';

export type { InvocationEnd };
export { ANSWER_MS, createInvocationEnd };
