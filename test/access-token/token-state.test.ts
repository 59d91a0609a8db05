import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterAnswer } from '../../lib/access-token/after-identity.ts';
import type { Refusal } from '../../lib/access-token/refusal.ts';
import { decide, takeLease } from '../../lib/access-token/token-decision.ts';
import { EMPTY_TOKEN_STATE, fingerprintOf, type TokenState, tokenMark } from '../../lib/access-token/token-state.ts';
import type { IdentityAnswer } from '../../lib/marketo/identity.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import { runsOf } from '../support/runs-of.ts';

const T0 = Date.UTC(2027, 0, 31, 12);
const LEASE_MS = 30_000;
const ONE = new Secret('token-one');
const TWO = new Secret('token-two');
const THREE = new Secret('token-three');
const token = (value: Secret, expiresInSeconds: number): IdentityAnswer => ({
  kind: 'token',
  token: value,
  expiresInSeconds,
});

function refusalOf(token: Secret, sentAtMs: number, evidence: Partial<Refusal> = {}): Refusal {
  const fingerprint = fingerprintOf(token);
  return { fingerprint, sentAtMs, workedSince: false, served: false, confirmed: true, ...evidence };
}

function fetched(state: TokenState, answer: IdentityAnswer, nowMs: number, refusal?: Refusal): TokenState {
  const exchange = { answer, credentials: 'c1', askedAtMs: nowMs, nowMs, asks: 1, refusal };
  return afterAnswer(takeLease(state, { nowMs, refusal }, 'me/1', LEASE_MS), exchange);
}

describe('the token’s state', () => {
  it('is claimed when there is nothing', () => {
    expect(decide(EMPTY_TOKEN_STATE, { nowMs: T0 })).toEqual({ kind: 'fetch' });
  });

  it('makes others wait while the lease holds, and lets them claim when it is over', () => {
    const claimed = takeLease(EMPTY_TOKEN_STATE, { nowMs: T0 }, 'me/1', LEASE_MS);

    expect(decide(claimed, { nowMs: T0 + LEASE_MS - 1 })).toMatchObject({ kind: 'wait', for: 'lease' });
    expect(decide(claimed, { nowMs: T0 + LEASE_MS })).toEqual({ kind: 'fetch' });
  });

  it('hands the token out to its last millisecond and no longer', () => {
    const state = fetched(EMPTY_TOKEN_STATE, token(ONE, 10), T0);

    expect(decide(state, { nowMs: T0 + 9_999 })).toMatchObject({ kind: 'use' });
    expect(decide(state, { nowMs: T0 + 10_000 })).toEqual({ kind: 'fetch' });
  });

  it('counts the life of a token from before the request', () => {
    const claimed = takeLease(EMPTY_TOKEN_STATE, { nowMs: T0 }, 'me/1', LEASE_MS);

    const state = afterAnswer(claimed, {
      answer: token(ONE, 10),
      credentials: 'c1',
      askedAtMs: T0,
      nowMs: T0 + 3_000,
      asks: 1,
    });

    expect(state.token?.expiresAtMs).toBe(T0 + 10_000);
  });

  it('uses another worker’s token while a third one fetches', () => {
    const state = takeLease(fetched(EMPTY_TOKEN_STATE, token(ONE, 100), T0), { nowMs: T0 }, 'third/1', LEASE_MS);

    expect(decide(state, { nowMs: T0 })).toMatchObject({ kind: 'use' });
  });

  it('does not hand out a token that is being replaced', () => {
    const first = fetched(EMPTY_TOKEN_STATE, token(ONE, 3_600), T0);
    const replacing = takeLease(first, { nowMs: T0, refusal: refusalOf(ONE, T0) }, 'me/2', LEASE_MS);

    expect(decide(replacing, { nowMs: T0 })).toMatchObject({ kind: 'wait', for: 'lease' });
    expect(decide(replacing, { nowMs: T0 + LEASE_MS })).toEqual({ kind: 'fetch' });
  });

  it('a rotation ends the pause of refused credentials, and an unchanged secret does not', () => {
    const state = fetched(EMPTY_TOKEN_STATE, { kind: 'refused', detail: '401' }, T0);

    expect(decide(state, { nowMs: T0 + 1_000 })).toMatchObject({
      kind: 'refused',
      detail: '401',
      untilMs: T0 + 60_000,
    });
    expect(decide(state, { nowMs: T0 + 1_000, credentials: 'c1' })).toMatchObject({ kind: 'refused' });
    expect(decide(state, { nowMs: T0 + 1_000, credentials: 'c2' })).toEqual({ kind: 'fetch' });
    expect(decide(state, { nowMs: T0 + 60_000 })).toEqual({ kind: 'fetch' });
  });

  it('a rotation does not end the wait for an identity that is down', () => {
    const state = fetched(EMPTY_TOKEN_STATE, { kind: 'failed', detail: '503' }, T0);

    expect(decide(state, { nowMs: T0 + 999, credentials: 'c2' })).toMatchObject({ kind: 'unavailable', detail: '503' });
    expect(decide(state, { nowMs: T0 + 1_000 })).toEqual({ kind: 'fetch' });
  });

  it('pauses grow from one minute to fifteen, and start small again after a quiet half hour', () => {
    const pauses: number[] = [];
    let state = EMPTY_TOKEN_STATE;
    let nowMs = T0;
    for (let round = 0; round < 6; round++) {
      state = fetched(state, { kind: 'refused', detail: '401' }, nowMs);
      pauses.push((state.notBeforeMs - nowMs) / 60_000);
      nowMs = state.notBeforeMs;
    }

    const later = fetched(state, { kind: 'refused', detail: '401' }, nowMs + 30 * 60_000);

    expect(pauses).toEqual([1, 2, 4, 8, 15, 15]);
    expect(later.notBeforeMs - (nowMs + 30 * 60_000)).toBe(60_000);
  });

  it('a pause for a refused token does not outlast the token', () => {
    let state = fetched(EMPTY_TOKEN_STATE, token(ONE, 90), T0);
    state = { ...state, pauses: { count: 4, lastUntilMs: T0 } };
    for (let call = 0; call < 3; call++) state = fetched(state, token(ONE, 90), T0, refusalOf(ONE, T0));

    expect(decide(state, { nowMs: T0 })).toMatchObject({ kind: 'refused', untilMs: T0 + 90_000 });
  });
});

describe('one refusal of a token', () => {
  const state = fetched(EMPTY_TOKEN_STATE, token(ONE, 3_600), T0);
  const atMs = T0 + 10 * 60_000;
  const refusal = refusalOf(ONE, atMs - 200, { served: true, confirmed: false });

  it('is the request’s own when another call succeeded since', () => {
    expect(decide(state, { nowMs: atMs, refusal: { ...refusal, workedSince: true } })).toEqual({ kind: 'good' });
    const confirmed = { ...refusal, workedSince: true, confirmed: true };
    expect(decide(state, { nowMs: atMs, refusal: confirmed })).toEqual({ kind: 'good' });
  });

  it('makes a worker ask identity, once in half a minute', () => {
    expect(decide(state, { nowMs: atMs, refusal })).toEqual({ kind: 'fetch' });

    const asked = fetched(state, token(ONE, 3_000), atMs, refusal);

    expect(decide(asked, { nowMs: atMs, refusal })).toEqual({ kind: 'same' });
    const later = (ms: number) => ({ nowMs: atMs + ms, refusal: { ...refusal, sentAtMs: atMs + ms - 10 } });
    expect(decide(asked, later(29_999))).toEqual({ kind: 'same' });
    expect(decide(asked, later(30_000))).toEqual({ kind: 'fetch' });
  });

  it('of a token that identity has given but once makes a worker ask, however young it is', () => {
    const early = refusalOf(ONE, T0 + 900, { confirmed: false });
    expect(decide(state, { nowMs: T0 + 1_000, refusal: early })).toEqual({ kind: 'fetch' });
  });

  it('needs no identity call when identity handed the token out after the call was sent', () => {
    const late = { ...refusal, sentAtMs: T0 - 1 };
    expect(decide(state, { nowMs: T0 + 120_000, refusal: late })).toEqual({ kind: 'same' });
  });

  it('takes the token from nobody else while identity is asked', () => {
    const claimed = takeLease(state, { nowMs: atMs, refusal }, 'me/1', LEASE_MS);

    expect(decide(claimed, { nowMs: atMs })).toMatchObject({ kind: 'use' });
    expect(decide(claimed, { nowMs: atMs, refusal })).toMatchObject({ kind: 'wait', for: 'lease' });
  });

  it.each<[string, IdentityAnswer]>([
    ['fails', { kind: 'failed', detail: '503' }],
    ['refuses the credentials', { kind: 'refused', detail: '401' }],
  ])('takes it from nobody, the asker included, when identity %s', (_name, answer) => {
    const asked = fetched(state, answer, atMs, refusal);

    expect(decide(asked, { nowMs: atMs })).toMatchObject({ kind: 'use' });
    expect(decide(asked, { nowMs: atMs, refusal })).toEqual({ kind: 'same' });
    expect(decide(asked, { nowMs: atMs, refusal: { ...refusal, confirmed: true } }).kind).not.toBe('use');
  });

  it('is no strike when identity has the same token', () => {
    expect(fetched(state, token(ONE, 3_000), atMs, refusal).strikes.count).toBe(0);
  });

  it('is no strike when identity has another and the old one had served, and ends the row', () => {
    const struck = { ...state, strikes: { count: 2, lastAtMs: atMs - 1 } };
    expect(fetched(struck, token(TWO, 3_000), atMs, refusal).strikes.count).toBe(0);
  });

  it('is a strike when identity has another and the old one never served', () => {
    const unserved = { ...refusal, served: false };
    expect(fetched(state, token(TWO, 3_000), atMs, unserved).strikes.count).toBe(1);
  });

  it('after three strikes brings no fourth token, but the question whether it is the request’s own', () => {
    const struck = { ...state, strikes: { count: 3, lastAtMs: atMs - 1 } };
    expect(decide(struck, { nowMs: atMs, refusal: { ...refusal, served: false } })).toEqual({ kind: 'same' });
    expect(decide(struck, { nowMs: atMs, refusal })).toEqual({ kind: 'fetch' });
    const confirmed = { ...refusal, served: false, confirmed: true };
    expect(decide(struck, { nowMs: atMs, refusal: confirmed })).toMatchObject({
      kind: 'store',
      next: { trouble: { kind: 'tokenRefused' } },
    });
  });

  it('is explained by the token’s end: waited out, whatever succeeded since, and no strike', () => {
    const ending = T0 + 3_596_000;
    const late = refusalOf(ONE, ending - 100, { confirmed: false, workedSince: true });

    expect(decide(state, { nowMs: ending, refusal: late })).toMatchObject({
      kind: 'wait',
      for: 'expiry',
      untilMs: T0 + 3_600_250,
    });
    expect(decide(state, { nowMs: T0 + 3_600_000, refusal: late })).toEqual({ kind: 'fetch' });
    expect(fetched(state, token(TWO, 3_600), T0 + 3_600_000, late).strikes.count).toBe(0);
  });

  it('of a token that another worker has replaced leads to that one', () => {
    const replaced = fetched(state, token(TWO, 3_600), atMs, refusal);
    const decision = decide(replaced, { nowMs: atMs, refusal: { ...refusal, confirmed: true } });
    expect(decision).toMatchObject({ kind: 'use', token: { fingerprint: fingerprintOf(TWO) } });
  });
});

describe('a confirmed refusal', () => {
  const state = fetched(EMPTY_TOKEN_STATE, token(ONE, 3_600), T0);
  const atMs = T0 + 10 * 60_000;
  const served = refusalOf(ONE, atMs - 200, { served: true });

  it('of a young token that never served gives the nodes time, and is no strike', () => {
    const nowMs = T0 + 2_500;
    const early = refusalOf(ONE, nowMs - 200);
    const decision = decide(state, { nowMs, refusal: early });
    if (decision.kind !== 'store') throw new Error(decision.kind);
    const { next } = decision;

    expect(next.strikes.count).toBe(0);
    expect(decide(next, { nowMs })).toMatchObject({ kind: 'unavailable', untilMs: T0 + 10_000 });
    expect(decide(next, { nowMs: T0 + 10_000 })).toMatchObject({ kind: 'use' });
    expect(decide(next, { nowMs: T0 + 10_000, refusal: early }), 'old news').toMatchObject({ kind: 'use' });
    expect(decide(next, { nowMs: T0 + 10_500, refusal: refusalOf(ONE, T0 + 10_200) })).toEqual({ kind: 'fetch' });
  });

  it('of a young token waits for the worker that asks identity, since nobody else writes', () => {
    const nowMs = T0 + 2_500;
    const claimed = takeLease(state, { nowMs }, 'me/1', LEASE_MS);
    expect(decide(claimed, { nowMs, refusal: refusalOf(ONE, nowMs - 200) })).toMatchObject({
      kind: 'wait',
      for: 'lease',
    });
  });

  it('of a young token that had served makes a worker ask at once', () => {
    const nowMs = T0 + 2_500;
    expect(decide(state, { nowMs, refusal: refusalOf(ONE, nowMs, { served: true }) })).toEqual({ kind: 'fetch' });
  });

  it('of a token that served is no strike when identity has another', () => {
    let now = state;
    let nowMs = T0;
    for (const [old, next] of [
      [ONE, TWO],
      [TWO, THREE],
      [THREE, ONE],
      [ONE, TWO],
      [TWO, THREE],
    ] as const) {
      nowMs += 20_000;
      const refusal = refusalOf(old, nowMs - 10, { served: true });
      expect(decide(now, { nowMs, refusal })).toEqual({ kind: 'fetch' });
      now = fetched(now, token(next, 3_600), nowMs, refusal);
      expect(now.strikes.count).toBe(0);
    }
  });

  it('is a strike each time identity has the same token: three, then the line stands still', () => {
    let asked = state;
    for (let strike = 1; strike <= 3; strike++) asked = fetched(asked, token(ONE, 3_000), atMs + strike, served);

    expect(asked.trouble).toMatchObject({ kind: 'tokenRefused' });
    expect(decide(asked, { nowMs: atMs + 1_000 })).toMatchObject({ kind: 'refused' });
  });

  it('needs as much evidence again after the pause', () => {
    let asked = state;
    for (let strike = 1; strike <= 3; strike++) asked = fetched(asked, token(ONE, 3_000), atMs + strike, served);
    const after = asked.notBeforeMs;
    const refusal = refusalOf(ONE, after + 10, { confirmed: false });

    expect(decide(asked, { nowMs: after })).toMatchObject({ kind: 'use' });
    expect(decide(asked, { nowMs: after + 20, refusal })).toEqual({ kind: 'fetch' });
    const vouched = fetched(asked, token(ONE, 2_900), after + 20, refusal);
    expect(decide(vouched, { nowMs: after + 30 }), 'the others go on').toMatchObject({ kind: 'use' });
    expect(decide(vouched, { nowMs: after + 30, refusal })).toEqual({ kind: 'same' });
  });
});

describe('the allowance of identity calls', () => {
  it('lets nine leases follow each other at once, then one in three seconds', () => {
    let state = EMPTY_TOKEN_STATE;
    let leases = 0;
    while (decide(state, { nowMs: T0 }).kind === 'fetch' && leases < 99) {
      state = { ...fetched(state, token(ONE, 0), T0), notBeforeMs: 0 };
      const { token: _, ...rest } = state;
      state = rest;
      leases += 1;
    }

    expect(leases).toBe(9);
    expect(decide(state, { nowMs: T0 })).toEqual({ kind: 'wait', for: 'pause', untilMs: T0 + 3_000 });
    expect(decide(state, { nowMs: T0 + 3_000 })).toEqual({ kind: 'fetch' });
  });

  it('charges a lease whose holder died with both calls', () => {
    const dead = takeLease(EMPTY_TOKEN_STATE, { nowMs: T0 }, 'me/1', LEASE_MS);
    const alive = fetched(EMPTY_TOKEN_STATE, token(ONE, 9), T0);
    expect(dead.asksPaidUntilMs - alive.asksPaidUntilMs).toBe(3_000);
  });

  it('spent, a refused token that may be good is not given up', () => {
    const state = { ...fetched(EMPTY_TOKEN_STATE, token(ONE, 3_600), T0), asksPaidUntilMs: T0 + 600_000 };
    const nowMs = T0 + 300_000;
    expect(decide(state, { nowMs, refusal: refusalOf(ONE, nowMs, { confirmed: false }) })).toEqual({ kind: 'same' });
    expect(decide(state, { nowMs, refusal: refusalOf(ONE, nowMs) })).toMatchObject({ kind: 'wait', for: 'pause' });
  });
});

describe('the mark of a token', () => {
  it('is a whole number of 32 bits, the same for the same token and not for another', () => {
    expect(tokenMark(ONE)).toBe(tokenMark(new Secret('token-one')));
    expect(tokenMark(ONE)).not.toBe(tokenMark(TWO));
    fc.assert(
      fc.property(fc.string(), (text) => {
        const mark = tokenMark(new Secret(text));
        expect(Number.isInteger(mark) && mark >= 0 && mark < 2 ** 32).toBe(true);
      }),
    );
  });
});

describe('whatever happens, the state', () => {
  it('never hands out a refused or expired token, never lets two fetch at once, and moves one version at a time', () => {
    const names = ['a', 'b', 'c'] as const;
    const answer = fc.oneof(
      fc.record({
        kind: fc.constant('token' as const),
        name: fc.constantFrom(...names),
        seconds: fc.nat({ max: 120 }),
      }),
      fc.record({ kind: fc.constantFrom('refused' as const, 'failed' as const) }),
      fc.constant({ kind: 'dies' as const }),
    );
    const evidence = fc.record({ workedSince: fc.boolean(), served: fc.boolean(), confirmed: fc.boolean() });
    const passMs = fc.nat({ max: 90_000 });
    const event = fc.record({ passMs, refused: fc.boolean(), rotated: fc.boolean(), evidence, answer });

    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let state: TokenState = EMPTY_TOKEN_STATE;
        let nowMs = T0;
        for (const { passMs, refused, rotated, evidence, answer: given } of events) {
          nowMs += passMs;
          const value = refused ? state.token?.value : undefined;
          const refusal = value && refusalOf(value, nowMs, evidence);
          const ask = { nowMs, refusal, credentials: rotated ? `${nowMs}` : undefined };
          const decision = decide(state, ask);
          if (decision.kind === 'use') {
            expect(decision.token.expiresAtMs).toBeGreaterThan(nowMs);
            expect(decision.token.fingerprint).not.toBe(refusal?.fingerprint);
          } else if (decision.kind === 'store') {
            expect(decision.next.version).toBe(state.version + 1);
            expect(refusal?.served).toBe(false);
            state = decision.next;
            expect(['refused', 'unavailable', 'fetch']).toContain(decide(state, ask).kind);
          } else if (decision.kind === 'good' || decision.kind === 'same') {
            expect(state.token?.fingerprint).toBe(refusal?.fingerprint);
            expect(decide(state, { nowMs }), 'others go on with the token').toMatchObject({ kind: 'use' });
            if (decision.kind === 'same') expect(refusal?.confirmed).toBe(false);
            else expect(refusal?.workedSince).toBe(true);
          } else if (decision.kind === 'fetch') {
            expect(state.lease === undefined || state.lease.endsAtMs <= nowMs).toBe(true);
            const claimed = takeLease(state, ask, 'me/1', LEASE_MS);
            expect(claimed.version).toBe(state.version + 1);
            expect(decide(claimed, { nowMs, refusal }).kind).toBe('wait');
            state = claimed;
            if (given.kind === 'dies') continue;
            const learnt: IdentityAnswer =
              given.kind === 'token' ? token(new Secret(given.name), given.seconds) : { kind: given.kind, detail: '' };
            const exchange = { answer: learnt, credentials: `${nowMs}`, askedAtMs: nowMs, nowMs, asks: 1, refusal };
            state = afterAnswer(claimed, exchange);
            expect(state.version).toBe(claimed.version + 1);
            expect(state.lease).toBeUndefined();
            expect(state.notBeforeMs - nowMs).toBeLessThanOrEqual(15 * 60_000);
          } else {
            expect(decision.untilMs).toBeGreaterThan(nowMs);
          }
        }
      }),
      { numRuns: runsOf(1_000) },
    );
  });
});
