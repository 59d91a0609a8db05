import { Limits } from '../../lib/fake-marketo/limits.ts';
import { MARKETO_LIMITS } from '../../lib/fake-marketo/options.ts';
import { Usage } from '../../lib/fake-marketo/usage.ts';
import type { HttpReply, Transport } from '../../lib/marketo/http.ts';
import { between } from '../../lib/simulation/seeded.ts';
import type { VirtualTime } from '../../lib/simulation/virtual-time.ts';
import type { Tally } from './tally.ts';

interface MarketoOptions {
  readonly latencyMs: readonly [low: number, high: number];
  /** From the start of the run: every call fails with 502. */
  readonly outageMs?: readonly [from: number, to: number];
  readonly called?: (body: string, atMs: number) => void;
}

const TOKEN = JSON.stringify({
  access_token: 'bench-token:int',
  token_type: 'bearer',
  expires_in: 3_599,
  scope: 'bench',
});
const OUTAGE_REPLY_MS = 1_000;

/**
 * Marketo with its own limits (100 in 20 s, 10 at once, 50,000 a day, counted by the fake's own rules), which takes every
 * record that it is sent.
 */
function createMarketo(tally: Tally, time: VirtualTime, random: () => number, options: MarketoOptions) {
  const limits = new Limits(MARKETO_LIMITS, new Usage('America/Chicago'));
  const startedMs = time.nowMs;
  const replies = new Map<number, string>();
  const { marketo } = tally;

  function resultOf(records: number): string {
    const result = Array.from({ length: records }, (_, index) => ({ id: 1_000_000 + index, status: 'created' }));
    const body = replies.get(records) ?? JSON.stringify({ requestId: 'a#1', result, success: true });
    replies.set(records, body);
    return body;
  }

  const isDown = (): boolean => {
    const [from, to] = options.outageMs ?? [0, 0];
    const atMs = time.nowMs - startedMs;
    return atMs >= from && atMs < to;
  };

  const transport: Transport = async ({ url, body = '' }) => {
    const takesMs = isDown() ? OUTAGE_REPLY_MS : between(random, ...options.latencyMs);
    await time.sleep(takesMs * 0.2);
    if (url.includes('/identity/')) {
      marketo.identity += 1;
      await time.sleep(takesMs * 0.8);
      return reply(200, TOKEN);
    }
    if (marketo.calls === 0) marketo.firstCallMs = time.nowMs;
    marketo.calls += 1;
    options.called?.(body, time.nowMs);
    marketo.lastCallMs = time.nowMs;
    const admission = limits.admit('bench', time.nowMs);
    await time.sleep(takesMs * 0.6);
    limits.leave(admission);
    await time.sleep(takesMs * 0.2);
    if (isDown()) {
      marketo.failed += 1;
      return reply(502, '<html>Bad Gateway</html>');
    }
    if (admission.refusal !== undefined) {
      marketo.refused += 1;
      return reply(200, JSON.stringify({ requestId: 'a#1', success: false, errors: [admission.refusal] }));
    }
    if (url.includes('/stats/usage.json')) return reply(200, usageOf(marketo.calls, time.nowMs));
    if (!body.includes('"input"')) return reply(200, resultOf(0));
    const records = body.split('"email":').length - 1;
    marketo.records += records;
    return reply(200, resultOf(records));
  };
  return { transport, worstWindow: () => limits.worstWindow, worstSlots: () => limits.worstConcurrency };
}

/** All calls of the day are the relay's. */
function usageOf(calls: number, nowMs: number): string {
  const date = new Date(nowMs).toISOString().slice(0, 10);
  const result = [{ date, total: calls, users: [{ userId: 'bench', count: calls }] }];
  return JSON.stringify({ requestId: 'a#1', result, success: true });
}

function reply(status: number, body: string): HttpReply {
  return { kind: 'reply', status, headers: { 'content-type': 'application/json' }, body, complete: true };
}

export { createMarketo };
