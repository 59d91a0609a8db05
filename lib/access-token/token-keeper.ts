import type { Secret } from '../marketo/secret.ts';
import { COMPARE_BEFORE_EXPIRY_MS, LAST_SECONDS_MS } from './policy.ts';
import type { Refusal, RefusalEvidence } from './refusal.ts';
import { createTokenSeeker, type Found, type NoToken, type TokenSeekerOptions } from './token-seeker.ts';
import { fingerprintOf, type HeldToken } from './token-state.ts';

/**
 * - `refused`: an operator must act: the credentials, or every token they bring, are not accepted.
 * - `unavailable`: no token now; it is worth asking again after `retryAfterMs`.
 *
 * `detail` holds no secret.
 */
type TokenAnswer = { readonly kind: 'token'; readonly token: Secret; readonly user?: string } | NoToken;

/**
 * What to do after Marketo refused a token.
 *
 * - `token`: send the call once more with this one.
 * - `good`: the token works, so the refusal is the request's own fault: judge the request by its code.
 * - `same`: there is no other token, and one refusal is too little evidence. Send the call once more with the same token;
 *   a second refusal asks for a health check with it: a success means `good`, a refusal is to be reported with `confirmed`.
 * - `refused`, `unavailable`: as for {@link TokenAnswer}.
 */
type Replacement = TokenAnswer | { readonly kind: 'good' } | { readonly kind: 'same' };

/** The one access token that all workers share. Never throws. `doc.ts` draws its states. */
interface TokenKeeper {
  current(): Promise<TokenAnswer>;
  /**
   * Weighs the refusal of `failed`, and looks for another token where the evidence is enough. Takes up to 10 s, since
   * it waits for other workers and for nodes of Marketo that lag. Answers `same` only where `confirmed` is false.
   */
  replace(failed: Secret, evidence: RefusalEvidence): Promise<Replacement>;
}

/**
 * Keeps one token for one worker, from the item that all workers share: however many ask at once, one asks identity.
 *
 * @example
 * const keeper = createTokenKeeper({ register, fetchToken, credentials, clock, random, holderId, log });
 * const answer = await keeper.current();
 * // Marketo answered 601 to a call with answer.token:
 * const next = await keeper.replace(answer.token, { sentAtMs, workedSince: false, served: true, confirmed: false });
 */
function createTokenKeeper(options: TokenSeekerOptions): TokenKeeper {
  const { clock } = options;
  const seek = createTokenSeeker(options);
  let held: { readonly token: HeldToken; readonly freshUntilMs: number } | undefined;
  let flight: { readonly key: string; readonly answer: Promise<Replacement> } | undefined;

  async function current(): Promise<TokenAnswer> {
    const answer = await shared(undefined);
    // Only a refusal is answered with these.
    if (answer.kind === 'good' || answer.kind === 'same')
      throw new Error(`no refusal, and the answer is ${answer.kind}`);
    return answer;
  }

  async function replace(failed: Secret, evidence: RefusalEvidence): Promise<Replacement> {
    return shared({ ...evidence, fingerprint: fingerprintOf(failed) });
  }

  /** From memory, or from the one walk that all callers with the same end share. */
  async function shared(refusal: Refusal | undefined): Promise<Replacement> {
    const key = keyOf(refusal);
    const known = fromMemory(refusal);
    if (known !== undefined) return known;
    if (flight !== undefined && flight.key !== key) {
      // A walk with another end may bring another token; one is waited for, and no second one.
      await flight.answer;
      const learnt = fromMemory(refusal);
      if (learnt !== undefined) return learnt;
    }
    return flight?.key === key ? flight.answer : start(refusal, key);
  }

  function fromMemory(refusal: Refusal | undefined): Replacement | undefined {
    const nowMs = clock.nowMs();
    if (held === undefined || nowMs >= held.freshUntilMs) return undefined;
    const { token } = held;
    if (token.fingerprint !== refusal?.fingerprint) return answerOf(token);
    return refusal.workedSince && token.expiresAtMs - nowMs > LAST_SECONDS_MS ? { kind: 'good' } : undefined;
  }

  function start(refusal: Refusal | undefined, key: string): Promise<Replacement> {
    if (refusal?.confirmed === true) forget(refusal);
    const answer = seek(refusal)
      .then((found) => remember(found, refusal))
      .finally(() => {
        if (flight?.answer === answer) flight = undefined;
      });
    flight = { key, answer };
    return answer;
  }

  function remember(found: Found, refusal: Refusal | undefined): Replacement {
    if (found.kind === 'held') {
      const { token } = found;
      const compareAtMs = token.expiresAtMs - COMPARE_BEFORE_EXPIRY_MS;
      held = { token, freshUntilMs: clock.nowMs() < compareAtMs ? compareAtMs : token.expiresAtMs };
      return answerOf(token);
    }
    if (refusal !== undefined && (found.kind === 'refused' || found.kind === 'unavailable')) forget(refusal);
    return found;
  }

  function forget({ fingerprint }: Refusal): void {
    if (held?.token.fingerprint === fingerprint) held = undefined;
  }

  return { current, replace };
}

function keyOf(refusal: Refusal | undefined): string {
  if (refusal === undefined) return 'current';
  const { fingerprint, workedSince, served, confirmed } = refusal;
  return JSON.stringify([fingerprint, workedSince, served, confirmed]);
}

function answerOf({ value, user }: HeldToken): Extract<TokenAnswer, { kind: 'token' }> {
  return { kind: 'token', token: value, ...(user !== undefined && { user }) };
}

export type { Replacement, TokenAnswer, TokenKeeper };
export { createTokenKeeper };
