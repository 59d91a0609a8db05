import type { Random } from '../ports.ts';
import { CredentialsError } from './credentials.ts';
import {
  FAILURES_TO_BE_DOWN,
  FIRST_POLL_MS,
  INFRASTRUCTURE_RETRY_MS,
  MAX_POLL_MS,
  MAX_STEPS,
  MAX_WAIT_MS,
  MIN_RETRY_MS,
  NODE_LAG_MS,
  RECHECK_CREDENTIALS_MS,
  SHORT_TROUBLE_MS,
} from './policy.ts';
import type { Refusal } from './refusal.ts';
import { decide, type TokenDecision } from './token-decision.ts';
import { createTokenFetcher, fingerprintOfCredentials, type TokenFetcherOptions } from './token-fetcher.ts';
import type { HeldToken, TokenState } from './token-state.ts';

interface TokenSeekerOptions extends TokenFetcherOptions {
  /** Spreads the reads of workers that wait for the same. */
  readonly random: Random;
}

/** Why there is no token to send with. */
type NoToken =
  | {
      readonly kind: 'refused';
      readonly reason: 'credentialsRefused' | 'tokenRefused';
      /** When identity is asked again. */
      readonly retryAfterMs: number;
      readonly detail: string;
    }
  | {
      readonly kind: 'unavailable';
      readonly retryAfterMs: number;
      readonly detail: string;
      /** Identity has failed several times in a row: it is not a worker that is waited for, nor one lost reply. */
      readonly isIdentityDown?: true;
    };

/** Where one walk through the shared item's states ended. */
type Found =
  | { readonly kind: 'held'; readonly token: HeldToken }
  | { readonly kind: 'good' }
  | { readonly kind: 'same' }
  | NoToken;

type Paused = Extract<TokenDecision, { kind: 'wait' | 'unavailable' }>;

/**
 * Makes one worker's walk through the states of the shared item, from reading it to an answer: at most
 * `MAX_WAIT_MS` and one identity call, and never an exception.
 */
function createTokenSeeker(options: TokenSeekerOptions): (refusal: Refusal | undefined) => Promise<Found> {
  const { register, credentials, clock, random, log } = options;
  const fetchUnderLease = createTokenFetcher(options);
  let recheckedAtMs = -Infinity;

  async function walk(refusal: Refusal | undefined): Promise<Found> {
    const endMs = clock.nowMs() + MAX_WAIT_MS;
    let rotated: string | undefined;
    let polls = 0;
    let state = await register.read();
    for (let step = 0; step < MAX_STEPS; step++) {
      const nowMs = clock.nowMs();
      const ask = { nowMs, refusal, credentials: rotated };
      const decision = decide(state, ask);
      switch (decision.kind) {
        case 'use':
          return { kind: 'held', token: decision.token };
        case 'good':
          return decision;
        case 'same':
          // A node that has not heard of the token yet is given time before the call is repeated.
          await clock.sleep(Math.ceil(NODE_LAG_MS * (0.75 + random() / 2)));
          return decision;
        case 'fetch':
          state = await fetchUnderLease(state, ask);
          break;
        case 'store':
          state = await store(decision.next);
          break;
        case 'refused':
          if (nowMs - recheckedAtMs < RECHECK_CREDENTIALS_MS) return refused(decision, state, nowMs);
          recheckedAtMs = nowMs;
          rotated = await readCredentials();
          state = await register.read();
          break;
        case 'wait':
        case 'unavailable': {
          const waitMs = waitFor(decision, nowMs, polls++);
          if (waitMs === undefined || nowMs + waitMs > endMs) return unavailable(decision, state, nowMs);
          await clock.sleep(waitMs);
          state = await register.read();
        }
      }
    }
    return { kind: 'unavailable', retryAfterMs: INFRASTRUCTURE_RETRY_MS, detail: 'too many changes of the token item' };
  }

  /** Undefined where waiting is not worth it. */
  function waitFor(decision: Paused, nowMs: number, polls: number): number | undefined {
    const untilMs = Math.max(decision.untilMs - nowMs, 0);
    if (decision.kind === 'unavailable' && untilMs > SHORT_TROUBLE_MS) return undefined;
    const pollMs = Math.min(FIRST_POLL_MS * 1.5 ** polls, MAX_POLL_MS) * (0.5 + random());
    const isForLease = decision.kind === 'wait' && decision.for === 'lease';
    return Math.ceil(isForLease ? Math.min(untilMs, pollMs) : untilMs + pollMs);
  }

  async function store(next: TokenState): Promise<TokenState> {
    const swap = await register.swap(next);
    if (swap.kind === 'conflict') return swap.state;
    const { kind, detail } = next.trouble ?? {};
    if (kind === 'tokenRefused') log.error('no token that Marketo takes', { detail });
    else log.warn('the token is given a rest', { detail });
    return next;
  }

  async function readCredentials(): Promise<string | undefined> {
    try {
      return fingerprintOfCredentials(await credentials.refresh());
    } catch (error) {
      log.warn('the credentials cannot be read anew', { detail: describe(error) });
      return undefined;
    }
  }

  function afterFault(error: unknown): Found {
    const detail = describe(error);
    log.error('no token', { detail });
    if (error instanceof CredentialsError) {
      return { kind: 'refused', reason: 'credentialsRefused', retryAfterMs: RECHECK_CREDENTIALS_MS, detail };
    }
    return { kind: 'unavailable', retryAfterMs: INFRASTRUCTURE_RETRY_MS, detail };
  }

  return (refusal) => walk(refusal).catch(afterFault);
}

function refused(
  { detail, untilMs }: Extract<TokenDecision, { kind: 'refused' }>,
  { trouble }: TokenState,
  nowMs: number,
): Found {
  const reason = trouble?.kind === 'tokenRefused' ? 'tokenRefused' : 'credentialsRefused';
  return { kind: 'refused', reason, retryAfterMs: Math.max(untilMs - nowMs, MIN_RETRY_MS), detail };
}

function unavailable(decision: Paused, { trouble }: TokenState, nowMs: number): Found {
  const retryAfterMs = Math.max(decision.untilMs - nowMs, MIN_RETRY_MS);
  const isDown = decision.kind === 'unavailable' && (trouble?.count ?? 0) >= FAILURES_TO_BE_DOWN;
  return {
    kind: 'unavailable',
    retryAfterMs,
    detail: detailOf(decision),
    ...(isDown && { isIdentityDown: true as const }),
  };
}

const WAITS_FOR = {
  lease: 'another worker is asking identity',
  expiry: "the token's last seconds are waited out",
  pause: 'identity is not asked again so soon',
} as const;

function detailOf(decision: Paused): string {
  return decision.kind === 'unavailable' ? decision.detail : WAITS_FOR[decision.for];
}

/** A parser's message quotes what it read, which can be a secret. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown fault';
  return error instanceof SyntaxError ? error.name : `${error.name}: ${error.message}`;
}

export type { Found, NoToken, TokenSeekerOptions };
export { createTokenSeeker };
