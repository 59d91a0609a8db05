import type { Credentials, Identity, IdentityAnswer } from '../marketo/identity.ts';
import { Secret } from '../marketo/secret.ts';
import type { Clock, Log } from '../ports.ts';
import { afterAnswer, type IdentityExchange } from './after-identity.ts';
import type { CredentialsProvider } from './credentials.ts';
import { MAX_STORE_TRIES } from './policy.ts';
import { type TokenAsk, takeLease } from './token-decision.ts';
import type { TokenRegister } from './token-register.ts';
import { fingerprintOf, type TokenState } from './token-state.ts';

interface TokenFetcherOptions {
  readonly register: TokenRegister;
  /** Must end within a third of the lease (`policy.ts`): it can be called twice under one. */
  readonly fetchToken: Identity['fetchToken'];
  readonly credentials: CredentialsProvider;
  readonly clock: Clock;
  /** Names this worker among all others, in the item and in logs. */
  readonly holderId: string;
  readonly log: Log;
}

/** What one or two calls of identity brought. */
type Consultation = Pick<IdentityExchange, 'answer' | 'credentials' | 'askedAtMs' | 'asks'>;

/**
 * Makes the fetch of one worker: take the lease, ask identity, store what it said. The result is the newest state that
 * is known, which is another worker's when that one was quicker. Throws for faults of table and credentials store.
 */
function createTokenFetcher(options: TokenFetcherOptions): (state: TokenState, ask: TokenAsk) => Promise<TokenState> {
  const { register, clock, log } = options;
  let fetches = 0;

  async function fetchUnderLease(state: TokenState, ask: TokenAsk): Promise<TokenState> {
    // Before the lease is taken: a secret that cannot be read must not hold up the others.
    const credentials = await options.credentials.credentials();
    fetches += 1;
    // Another name for each fetch: one that was broken off must not pass for the next.
    const holder = `${options.holderId}/${fetches}`;
    const claimed = takeLease(state, { ...ask, nowMs: clock.nowMs() }, holder);
    const swap = await register.swap(claimed);
    if (swap.kind === 'conflict') return swap.state;
    return storeAnswer(claimed, holder, { ...(await consult(credentials)), refusal: ask.refusal });
  }

  /** Asks identity; once more when it refuses credentials that have been rotated since they were read. */
  async function consult(credentials: Credentials): Promise<Consultation> {
    const first = await askIdentity(credentials);
    if (first.answer.kind !== 'refused') return first;
    const rotated = await readRotated(first.credentials);
    return rotated === undefined ? first : { ...(await askIdentity(rotated)), asks: 2 };
  }

  async function askIdentity(credentials: Credentials): Promise<Consultation> {
    const askedAtMs = clock.nowMs();
    const answer = await options.fetchToken(credentials).catch((error: unknown): IdentityAnswer => {
      return { kind: 'failed', detail: `the identity client failed (${nameOf(error)})` };
    });
    report(answer);
    return { answer, credentials: fingerprintOfCredentials(credentials), askedAtMs, asks: 1 };
  }

  async function readRotated(refused: string): Promise<Credentials | undefined> {
    try {
      const credentials = await options.credentials.refresh();
      return fingerprintOfCredentials(credentials) === refused ? undefined : credentials;
    } catch (error) {
      log.warn('the refused credentials cannot be read anew', { error: nameOf(error) });
      return undefined;
    }
  }

  async function storeAnswer(
    claimed: TokenState,
    holder: string,
    exchange: Omit<IdentityExchange, 'nowMs'>,
  ): Promise<TokenState> {
    let before = claimed;
    for (let tries = 0; tries < MAX_STORE_TRIES && before.lease?.holder === holder; tries++) {
      const next = afterAnswer(before, { ...exchange, nowMs: clock.nowMs() });
      try {
        const swap = await register.swap(next);
        if (swap.kind === 'swapped') return reported(next);
        before = swap.state;
      } catch (error) {
        // The token is good even where it cannot be shared; the lease ends by itself.
        log.warn('the token cannot be stored', { error: nameOf(error) });
        return next;
      }
    }
    return before;
  }

  function reported(next: TokenState): TokenState {
    if (next.trouble?.kind === 'tokenRefused') {
      log.error('no token that Marketo takes', { detail: next.trouble.detail });
    }
    return next;
  }

  function report(answer: IdentityAnswer): void {
    if (answer.kind === 'token') {
      const { expiresInSeconds } = answer;
      log.info('identity gave a token', { fingerprint: fingerprintOf(answer.token), expiresInSeconds });
    } else {
      log.warn(answer.kind === 'refused' ? 'identity refused the credentials' : 'identity failed', {
        detail: answer.detail,
      });
    }
  }

  return fetchUnderLease;
}

function fingerprintOfCredentials({ clientId, clientSecret }: Credentials): string {
  return fingerprintOf(new Secret(clientId), clientSecret);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

export type { TokenFetcherOptions };
export { createTokenFetcher, fingerprintOfCredentials };
