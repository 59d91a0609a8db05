import type { Secret } from '../marketo/secret.ts';
import { CredentialsError } from './credentials.ts';
import { decide, type TokenDecision } from './token-decision.ts';
import { createTokenFetcher, fingerprintOfCredentials, type TokenFetcherOptions } from './token-fetcher.ts';
import { fingerprintOf, type HeldToken, type TokenState } from './token-state.ts';

/**
 * - `refused`: an operator must act: the credentials, or every token they bring, are not accepted.
 * - `unavailable`: no token now; it is worth asking again after `retryAfterMs`.
 *
 * `detail` holds no secret.
 */
type TokenAnswer =
  | { readonly kind: 'token'; readonly token: Secret; readonly user?: string }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'unavailable'; readonly retryAfterMs: number; readonly detail: string };

/** The one access token that all workers share. Never throws. */
interface TokenKeeper {
  current(): Promise<TokenAnswer>;
  /** Another token than the one that Marketo refused: at once when somebody has replaced it already. */
  replace(failed: Secret): Promise<TokenAnswer>;
}

interface TokenKeeperOptions extends TokenFetcherOptions {
  /** The longest that one call waits for another worker, or for a token's last seconds. */
  readonly maxWaitMs?: number;
}

type Paused = Extract<TokenDecision, { kind: 'wait' | 'unavailable' }>;

/** How long before its expiry a remembered token is compared with the shared one; with less life it is used to its end. */
const SAFETY_MARGIN_MS = 30_000;
const DEFAULT_MAX_WAIT_MS = 15_000;
const FIRST_POLL_MS = 150;
const MAX_POLL_MS = 1_500;
const MIN_RETRY_MS = 1_000;
/** A failure of identity that is over so soon is waited out. */
const SHORT_TROUBLE_MS = 2_000;
/** How often a worker looks whether refused credentials have been rotated. */
const RECHECK_MS = 30_000;
/** Retry after faults of the table or of Secrets Manager, which the SDK has retried already. */
const INFRASTRUCTURE_RETRY_MS = 5_000;
/** Far more than any path through the states needs; contention alone ends here. */
const MAX_STEPS = 100;

/**
 * Keeps one token for one worker, from the item that all workers share: however many ask at once, one asks identity.
 *
 * @example
 * const keeper = createTokenKeeper({ register, fetchToken, credentials, clock, random, holderId, log });
 * const answer = await keeper.current();
 */
function createTokenKeeper(options: TokenKeeperOptions): TokenKeeper {
  const { register, credentials, clock, random, log, maxWaitMs = DEFAULT_MAX_WAIT_MS } = options;
  const fetchUnderLease = createTokenFetcher(options);
  let held: { token: HeldToken; freshUntilMs: number } | undefined;
  let flight: { refused: string | undefined; answer: Promise<TokenAnswer> } | undefined;
  let recheckedAtMs = -Infinity;

  async function current(): Promise<TokenAnswer> {
    const token = remembered(undefined);
    return token === undefined ? (flight?.answer ?? start(undefined)) : answerOf(token);
  }

  async function replace(failed: Secret): Promise<TokenAnswer> {
    const refused = fingerprintOf(failed);
    // A flight for another end may bring another token; one is waited for, and no second one.
    if (flight !== undefined && flight.refused !== refused) await flight.answer;
    const token = remembered(refused);
    if (token !== undefined) return answerOf(token);
    if (held?.token.fingerprint === refused) held = undefined;
    return flight?.refused === refused ? flight.answer : start(refused);
  }

  function remembered(refused: string | undefined): HeldToken | undefined {
    const usable = held !== undefined && clock.nowMs() < held.freshUntilMs && held.token.fingerprint !== refused;
    return usable ? held?.token : undefined;
  }

  function start(refused: string | undefined): Promise<TokenAnswer> {
    const answer = obtain(refused)
      .catch(faultAnswer)
      .finally(() => {
        if (flight?.answer === answer) flight = undefined;
      });
    flight = { refused, answer };
    return answer;
  }

  async function obtain(refused: string | undefined): Promise<TokenAnswer> {
    const endMs = clock.nowMs() + maxWaitMs;
    let rotated: string | undefined;
    let polls = 0;
    let state = await register.read();
    for (let step = 0; step < MAX_STEPS; step++) {
      const nowMs = clock.nowMs();
      const ask = { nowMs, refused, credentials: rotated };
      const decision = decide(state, ask);
      switch (decision.kind) {
        case 'use':
          return use(decision.token, nowMs);
        case 'fetch':
          state = await fetchUnderLease(state, ask);
          break;
        case 'giveUp':
          state = await store(decision.next);
          break;
        case 'refused':
          if (nowMs - recheckedAtMs < RECHECK_MS) return { kind: 'refused', detail: decision.detail };
          recheckedAtMs = nowMs;
          rotated = await readCredentials();
          state = await register.read();
          break;
        case 'wait':
        case 'unavailable': {
          const waitMs = pollWait(decision, nowMs, polls++);
          if (waitMs === undefined || nowMs + waitMs > endMs) return unavailable(decision, nowMs);
          await clock.sleep(waitMs);
          state = await register.read();
        }
      }
    }
    return { kind: 'unavailable', retryAfterMs: INFRASTRUCTURE_RETRY_MS, detail: 'too many changes of the token item' };
  }

  /** Undefined where waiting is not worth it. Jitter spreads the reads of workers that wait for the same. */
  function pollWait(decision: Paused, nowMs: number, polls: number): number | undefined {
    const untilMs = Math.max(decision.untilMs - nowMs, 0);
    if (decision.kind === 'unavailable' && untilMs > SHORT_TROUBLE_MS) return undefined;
    const pollMs = Math.min(FIRST_POLL_MS * 1.5 ** polls, MAX_POLL_MS) * (0.5 + random());
    return Math.ceil(
      decision.kind === 'wait' && decision.for === 'lease' ? Math.min(untilMs, pollMs) : untilMs + pollMs,
    );
  }

  async function store(next: TokenState): Promise<TokenState> {
    const swap = await register.swap(next);
    if (swap.kind === 'conflict') return swap.state;
    log.error('no token that Marketo takes', { detail: next.trouble?.detail });
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

  function use(token: HeldToken, nowMs: number): TokenAnswer {
    const marginMs = token.expiresAtMs - SAFETY_MARGIN_MS;
    held = { token, freshUntilMs: nowMs < marginMs ? marginMs : token.expiresAtMs };
    return answerOf(token);
  }

  function faultAnswer(error: unknown): TokenAnswer {
    const detail = describe(error);
    log.error('no token', { detail });
    if (error instanceof CredentialsError) return { kind: 'refused', detail };
    return { kind: 'unavailable', retryAfterMs: INFRASTRUCTURE_RETRY_MS, detail };
  }

  return { current, replace };
}

function answerOf({ value, user }: HeldToken): TokenAnswer {
  return { kind: 'token', token: value, ...(user !== undefined && { user }) };
}

function unavailable(decision: Paused, nowMs: number): TokenAnswer {
  const retryAfterMs = Math.max(decision.untilMs - nowMs, MIN_RETRY_MS);
  return { kind: 'unavailable', retryAfterMs, detail: detailOf(decision) };
}

function detailOf(decision: Paused): string {
  if (decision.kind === 'unavailable') return decision.detail;
  return decision.for === 'lease' ? 'another worker is asking identity' : "the token's last seconds are waited out";
}

/** A parser's message quotes what it read, which can be a secret. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown fault';
  return error instanceof SyntaxError ? error.name : `${error.name}: ${error.message}`;
}

export type { TokenAnswer, TokenKeeper, TokenKeeperOptions };
export { createTokenKeeper };
