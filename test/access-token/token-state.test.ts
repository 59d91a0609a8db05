import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, takeLease } from '../../lib/access-token/token-decision.ts';
import { afterAnswer } from '../../lib/access-token/token-learning.ts';
import { EMPTY_TOKEN_STATE, fingerprintOf, type TokenState } from '../../lib/access-token/token-state.ts';
import type { IdentityAnswer } from '../../lib/marketo/identity.ts';
import { Secret } from '../../lib/marketo/secret.ts';

const T0 = Date.UTC(2027, 0, 31, 12);
const LEASE_MS = 30_000;
const ONE = new Secret('token-one');
const TWO = new Secret('token-two');
const token = (value: Secret, expiresInSeconds: number): IdentityAnswer => ({
  kind: 'token',
  token: value,
  expiresInSeconds,
});

function fetched(state: TokenState, answer: IdentityAnswer, nowMs: number, refused?: Secret): TokenState {
  const ask = { nowMs, refused: refused && fingerprintOf(refused) };
  return afterAnswer(takeLease(state, ask, 'me/1', LEASE_MS), { answer, credentials: 'c1', askedAtMs: nowMs, nowMs });
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

    const state = afterAnswer(claimed, { answer: token(ONE, 10), credentials: 'c1', askedAtMs: T0, nowMs: T0 + 3_000 });

    expect(state.token?.expiresAtMs).toBe(T0 + 10_000);
  });

  it('uses another worker’s token while a third one fetches', () => {
    const state = takeLease(fetched(EMPTY_TOKEN_STATE, token(ONE, 100), T0), { nowMs: T0 }, 'third/1', LEASE_MS);

    expect(decide(state, { nowMs: T0 })).toMatchObject({ kind: 'use' });
  });

  it('does not hand out a token that is being replaced', () => {
    const first = fetched(EMPTY_TOKEN_STATE, token(ONE, 3_600), T0);
    const replacing = takeLease(first, { nowMs: T0, refused: fingerprintOf(ONE) }, 'me/2', LEASE_MS);

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
    for (let call = 0; call < 3; call++) state = fetched(state, token(ONE, 90), T0, ONE);

    expect(decide(state, { nowMs: T0 })).toMatchObject({ kind: 'refused', untilMs: T0 + 90_000 });
  });

  it('a token that served for minutes before it was refused is no strike in a row', () => {
    let state = fetched(EMPTY_TOKEN_STATE, token(ONE, 3_600), T0);
    for (let hour = 1; hour <= 10; hour++) {
      const [old, young] = hour % 2 === 1 ? [ONE, TWO] : [TWO, ONE];
      state = fetched(state, token(young, 3_600), T0 + hour * 600_000, old);
    }

    expect(decide(state, { nowMs: T0 + 11 * 600_000, refused: fingerprintOf(ONE) })).toEqual({ kind: 'fetch' });
  });

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
    const event = fc.record({ passMs: fc.nat({ max: 90_000 }), refused: fc.boolean(), rotated: fc.boolean(), answer });

    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let state: TokenState = EMPTY_TOKEN_STATE;
        let nowMs = T0;
        for (const { passMs, refused, rotated, answer: given } of events) {
          nowMs += passMs;
          const refusedNow = refused ? state.token?.fingerprint : undefined;
          const ask = { nowMs, refused: refusedNow, credentials: rotated ? `${nowMs}` : undefined };
          const decision = decide(state, ask);
          if (decision.kind === 'use') {
            expect(decision.token.expiresAtMs).toBeGreaterThan(nowMs);
            expect(decision.token.fingerprint).not.toBe(refusedNow);
          } else if (decision.kind === 'giveUp') {
            expect(decision.next.version).toBe(state.version + 1);
            state = decision.next;
            expect(['refused', 'fetch']).toContain(decide(state, ask).kind);
          } else if (decision.kind === 'fetch') {
            expect(state.lease === undefined || state.lease.endsAtMs <= nowMs).toBe(true);
            const claimed = takeLease(state, ask, 'me/1', LEASE_MS);
            expect(claimed.version).toBe(state.version + 1);
            expect(decide(claimed, { nowMs, refused: ask.refused }).kind).toBe('wait');
            state = claimed;
            if (given.kind === 'dies') continue;
            const learnt: IdentityAnswer =
              given.kind === 'token' ? token(new Secret(given.name), given.seconds) : { kind: given.kind, detail: '' };
            state = afterAnswer(claimed, { answer: learnt, credentials: `${nowMs}`, askedAtMs: nowMs, nowMs });
            expect(state.version).toBe(claimed.version + 1);
            expect(state.lease).toBeUndefined();
            expect(state.notBeforeMs - nowMs).toBeLessThanOrEqual(15 * 60_000);
          } else {
            expect(decision.untilMs).toBeGreaterThan(nowMs);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
