import type { Credentials } from '../marketo/identity.ts';
import { Secret } from '../marketo/secret.ts';
import type { Clock } from '../ports.ts';
import type { CredentialsProvider } from './credentials.ts';
import { RECHECK_CREDENTIALS_MS } from './policy.ts';
import type { TokenRegister } from './token-register.ts';
import { createTokenSeal, NONCE_BYTES, type Opened, type TokenSeal } from './token-seal.ts';
import { fingerprintOf, type HeldToken, type TokenState } from './token-state.ts';

interface SealedTokenRegisterOptions {
  /** Keeps the item; sees the token sealed only. */
  readonly register: TokenRegister;
  readonly credentials: CredentialsProvider;
  /** What the seal is bound to. */
  readonly subscription: string;
  /** From a generator fit for cryptography: each seal draws a nonce. */
  randomBytes(count: number): Uint8Array;
  readonly clock: Clock;
}

/**
 * A register whose item holds the token sealed under the credentials of the workers. A token that cannot be opened, as
 * after a rotation, counts as none here, and is left in the item for those who can, until identity has given another.
 * Throws as the register and the credentials do.
 */
function createSealedTokenRegister(options: SealedTokenRegisterOptions): TokenRegister {
  const { register, credentials, subscription, randomBytes, clock } = options;
  let refreshedAtMs = -Infinity;
  let known: { readonly of: Credentials; readonly seal: TokenSeal } | undefined;
  let lastOpened: { readonly by: TokenSeal; readonly sealed: string; readonly opened: Opened } | undefined;
  let unopened: { readonly version: number; readonly token: HeldToken } | undefined;

  /** Deriving a key takes longer than opening a token. */
  function sealOf(current: Credentials): TokenSeal {
    if (known?.of !== current) known = { of: current, seal: createTokenSeal(current, subscription) };
    return known.seal;
  }

  /** A worker reads the same sealed token for an hour. */
  function openWith(by: TokenSeal, sealed: string): Opened {
    if (lastOpened?.by !== by || lastOpened.sealed !== sealed) lastOpened = { by, sealed, opened: by.open(sealed) };
    return lastOpened.opened;
  }

  async function open(state: TokenState): Promise<TokenState> {
    const { token: sealed, ...rest } = state;
    if (sealed === undefined) return state;
    const opened = await openWithRotation(sealed.value.reveal());
    if (opened.kind === 'opened') {
      return { ...rest, token: { ...sealed, value: opened.token, fingerprint: fingerprintOf(opened.token) } };
    }
    if (opened.kind === 'otherKey') unopened = { version: state.version, token: sealed };
    return rest;
  }

  /** Sealed under other credentials: perhaps those that these were rotated to. */
  async function openWithRotation(sealed: string): Promise<Opened> {
    const opened = openWith(sealOf(await credentials.credentials()), sealed);
    const nowMs = clock.nowMs();
    if (opened.kind !== 'otherKey' || nowMs - refreshedAtMs < RECHECK_CREDENTIALS_MS) return opened;
    const fresh = await credentials.refresh();
    refreshedAtMs = nowMs;
    return openWith(sealOf(fresh), sealed);
  }

  async function close(state: TokenState): Promise<TokenState> {
    const { token, ...rest } = state;
    if (token === undefined) {
      return unopened?.version === state.version - 1 ? keep(state, unopened.token) : rest;
    }
    const seal = sealOf(await credentials.credentials());
    const value = new Secret(seal.close(token.value, randomBytes(NONCE_BYTES)));
    return { ...rest, token: { ...token, value } };
  }

  function keep(state: TokenState, token: HeldToken): TokenState {
    unopened = { version: state.version, token };
    return { ...state, token };
  }

  return {
    read: async () => open(await register.read()),
    async swap(next) {
      const swap = await register.swap(await close(next));
      return swap.kind === 'swapped' ? swap : { kind: 'conflict', state: await open(swap.state) };
    },
  };
}

export type { SealedTokenRegisterOptions };
export { createSealedTokenRegister };
