import type { FakeClock, FakeUser } from './options.ts';
import { hexDigits } from './random.ts';

/** Old tokens that are still told apart from invented ones (602 before 601). */
const KEPT_TOKENS = 256;

interface Token {
  readonly value: string;
  readonly user: FakeUser;
  expiresAtMs: number;
  revoked: boolean;
  /** The first use after expiry gets 602, later ones 601 (Marketo: blog, Exception and Error Handling, part 3). */
  expiryTold: boolean;
}

type TokenCheck =
  | { readonly kind: 'valid'; readonly user: FakeUser }
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'expired' };

/** Tokens of all users. One is valid for each user at a time, and identity gives that one until it expires. */
class Tokens {
  readonly #clock: FakeClock;
  readonly #random: () => number;
  readonly #lifetimeMs: number;
  readonly #known = new Map<string, Token>();
  readonly #current = new Map<string, Token>();
  readonly #refused = new Map<string, string>();

  constructor(clock: FakeClock, random: () => number, lifetimeSeconds: number) {
    this.#clock = clock;
    this.#random = random;
    this.#lifetimeMs = lifetimeSeconds * 1000;
  }

  /** `expiresInSeconds` is what remains, rounded down: 0 in a token's last second (Marketo: authentication). */
  issue(user: FakeUser): { value: string; expiresInSeconds: number } {
    const nowMs = this.#clock.nowMs();
    // Rule: identity-by-service
    const current = this.#current.get(user.clientId);
    // Rule: identity-same-token
    const valid = current !== undefined && !current.revoked && nowMs < current.expiresAtMs;
    const token = valid ? current : this.#create(user, nowMs);
    // Rule: identity-last-second
    return { value: token.value, expiresInSeconds: Math.floor((token.expiresAtMs - nowMs) / 1000) };
  }

  /** A token that looks right and never works, the same at each call: for the fault `refusedToken`. */
  refusedToken(user: FakeUser): { value: string; expiresInSeconds: number } {
    const value = this.#refused.get(user.clientId) ?? this.#invent();
    this.#refused.set(user.clientId, value);
    return { value, expiresInSeconds: Math.floor(this.#lifetimeMs / 1000) };
  }

  /** Only the header counts: the `access_token` parameter is gone since 2026-08-31 (Marketo: authentication). */
  check(authorization: string | undefined): TokenCheck {
    const value = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (value === undefined) return { kind: 'missing' };
    const token = this.#known.get(value);
    if (token === undefined || token.revoked) return { kind: 'invalid' };
    if (this.#clock.nowMs() < token.expiresAtMs) return { kind: 'valid', user: token.user };
    // Rule: identity-expired-once
    if (token.expiryTold) return { kind: 'invalid' };
    token.expiryTold = true;
    return { kind: 'expired' };
  }

  /** Every token ends now, as if its hour were over. */
  expireAll(): void {
    const nowMs = this.#clock.nowMs();
    for (const token of this.#known.values()) token.expiresAtMs = Math.min(token.expiresAtMs, nowMs);
  }

  /** Every token is refused with 601 from now on; identity gives new ones. */
  revokeAll(): void {
    for (const token of this.#known.values()) token.revoked = true;
  }

  #create(user: FakeUser, nowMs: number): Token {
    const token: Token = {
      value: this.#invent(),
      user,
      expiresAtMs: nowMs + this.#lifetimeMs,
      revoked: false,
      expiryTold: false,
    };
    this.#known.set(token.value, token);
    this.#current.set(user.clientId, token);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KEPT_TOKENS) break;
      this.#known.delete(oldest);
    }
    return token;
  }

  /** A UUID and a suffix, as Marketo's tokens look. */
  #invent(): string {
    // Rule: identity-token-form
    const uuid = [8, 4, 4, 4, 12].map((length) => hexDigits(this.#random, length)).join('-');
    return `${uuid}:ab`;
  }
}

export type { TokenCheck };
export { Tokens };
