import { describe, expect, it } from 'vitest';
import type { Transport } from '../../lib/marketo/http.ts';
import { ANSWER_MS, createInvocationEnd } from '../../lib/runtime/invocation-end.ts';

const REQUEST = { method: 'GET', url: 'https://example.com/', headers: {} } as const;

describe('the end of an invocation', () => {
  let nowMs = 1_000_000;
  const asked: number[] = [];
  const transport: Transport = async (_request, { timeoutMs }) => {
    asked.push(timeoutMs);
    return { kind: 'reply', status: 200, headers: {}, body: '', complete: true };
  };

  it('is no limit before the first invocation', () => {
    expect(createInvocationEnd(() => nowMs).leftMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('leaves time for the answer, and is another for the next invocation', () => {
    const end = createInvocationEnd(() => nowMs);
    end.set(nowMs + 10_000);
    expect(end.leftMs()).toBe(10_000 - ANSWER_MS);

    nowMs += 60_000;
    expect(end.leftMs()).toBeLessThan(0);
    end.set(nowMs + 20_000);
    expect(end.leftMs()).toBe(20_000 - ANSWER_MS);
  });

  it('shortens a call to Marketo or to identity that would outlast it, and no other', async () => {
    asked.length = 0;
    const end = createInvocationEnd(() => nowMs);
    const within = end.transport(transport);
    end.set(nowMs + 10_000);

    await within(REQUEST, { timeoutMs: 9_000 });
    await within(REQUEST, { timeoutMs: 3_000 });

    expect(asked).toEqual([10_000 - ANSWER_MS, 3_000]);
  });

  it('sends nothing that is certain to be too late', async () => {
    asked.length = 0;
    const end = createInvocationEnd(() => nowMs);
    end.set(nowMs + ANSWER_MS);

    const reply = await end.transport(transport)(REQUEST, { timeoutMs: 9_000 });

    expect(reply).toMatchObject({ kind: 'noReply', reason: 'notConnected', mayHaveExecuted: false });
    expect(asked).toEqual([]);
  });
});
