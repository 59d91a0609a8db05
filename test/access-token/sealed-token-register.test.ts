import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryTokenRegister } from '../../lib/access-token/memory-token-register.ts';
import { createSealedTokenRegister } from '../../lib/access-token/sealed-token-register.ts';
import { createTokenSeal, NONCE_BYTES } from '../../lib/access-token/token-seal.ts';
import { EMPTY_TOKEN_STATE, fingerprintOf, type TokenState } from '../../lib/access-token/token-state.ts';
import { encodeTokenItem } from '../../lib/aws/token-item.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import { FakeVault, VirtualClock } from './token-world.ts';

const TOKEN = new Secret('tainted-token-1:int');
const credentialsOf = (clientSecret: string, clientId = 'client-id') => ({
  clientId,
  clientSecret: new Secret(clientSecret),
});

function stateWith(value: Secret, version: number): TokenState {
  const fingerprint = fingerprintOf(value);
  const token = {
    value,
    fingerprint,
    expiresAtMs: 3_600_000,
    firstGivenAtMs: 0,
    givenAtMs: 0,
    user: 'api@example.com',
  };
  return { ...EMPTY_TOKEN_STATE, version, token };
}

function createRoom() {
  const inner = createMemoryTokenRegister();
  const vault = new FakeVault();
  const clock = new VirtualClock();
  const worker = (subscription = 'one') =>
    createSealedTokenRegister({ register: inner, credentials: vault.provider(), subscription, randomBytes, clock });
  return { inner, vault, clock, worker };
}

describe('a sealed token', () => {
  it('is opened again, whatever the token, and is another text each time', () => {
    const seal = createTokenSeal(credentialsOf('s'), 'one');
    fc.assert(
      fc.property(fc.string(), (text) => {
        const [once, twice] = [0, 1].map(() => seal.close(new Secret(text), randomBytes(NONCE_BYTES)));
        const opened = seal.open(once ?? '');
        expect(opened.kind === 'opened' && opened.token.reveal()).toBe(text);
        expect(once).not.toBe(twice);
      }),
    );
  });

  it.each([
    ['another secret', createTokenSeal(credentialsOf('other'), 'one')],
    ['another client', createTokenSeal(credentialsOf('s', 'other'), 'one')],
    ['another subscription', createTokenSeal(credentialsOf('s'), 'two')],
  ])('is not opened under %s', (_name, other) => {
    const sealed = createTokenSeal(credentialsOf('s'), 'one').close(TOKEN, randomBytes(NONCE_BYTES));
    expect(other.open(sealed)).toEqual({ kind: 'otherKey' });
    const [, theirs = ''] = other.close(TOKEN, randomBytes(NONCE_BYTES)).split('.');
    expect(other.open(sealed.replace(/^v1\.[^.]+/, `v1.${theirs}`)), 'with the key’s name forged').toEqual({
      kind: 'broken',
    });
  });

  it('is not opened when any character of it was changed, cut off or added', () => {
    const seal = createTokenSeal(credentialsOf('s'), 'one');
    const sealed = seal.close(TOKEN, randomBytes(NONCE_BYTES));
    const last = sealed.length - 1;
    for (let at = 0; at < last; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      expect(seal.open(`${sealed.slice(0, at)}${other}${sealed.slice(at + 1)}`).kind, `${at}`).not.toBe('opened');
      expect(seal.open(sealed.slice(0, at)).kind).not.toBe('opened');
    }
    for (const text of ['', 'v1', 'v1...', 'tainted-token-1:int', `${sealed}.`, `${sealed}AAAA`]) {
      expect(seal.open(text).kind).not.toBe('opened');
    }
  });
});

describe('the register that seals', () => {
  it('gives every worker the token, and the table neither token nor secret', async () => {
    const { inner, worker } = createRoom();
    expect(await worker().swap(stateWith(TOKEN, 1))).toEqual({ kind: 'swapped' });

    const read = await worker().read();
    const stored = await inner.read();
    const item = JSON.stringify(encodeTokenItem(stored));

    expect(read.token?.value.reveal()).toBe('tainted-token-1:int');
    expect({ ...read, token: { ...read.token, value: TOKEN } }).toEqual(stateWith(TOKEN, 1));
    expect(item).not.toMatch(/tainted|client-secret/);
    expect(inspect([read, stored], { depth: Infinity, showHidden: true })).not.toMatch(/tainted|client-secret/);
  });

  it('opens what a conflict brings', async () => {
    const { worker } = createRoom();
    await worker().swap(stateWith(TOKEN, 1));
    const swap = await worker().swap(stateWith(new Secret('late'), 1));
    expect(swap.kind === 'conflict' && swap.state.token?.value.reveal()).toBe('tainted-token-1:int');
  });

  it('lets workers that hold the old credentials read the new ones, once', async () => {
    const { vault, worker } = createRoom();
    const old = worker();
    await old.swap(stateWith(new Secret('before'), 1));
    vault.stored = 'client-secret-2';
    await worker().swap(stateWith(TOKEN, 2));
    const reads = vault.reads;

    const first = await old.read();
    await old.read();

    expect(first.token?.value.reveal()).toBe('tainted-token-1:int');
    expect(vault.reads - reads).toBe(1);
  });

  it('has no token where it cannot be opened, leaves it to those who can, and reads credentials each half minute', async () => {
    const { vault, clock, worker } = createRoom();
    const old = worker();
    await old.swap(stateWith(TOKEN, 1));
    vault.stored = 'client-secret-2';
    const rotated = worker();
    const { token, ...rest } = await rotated.read();
    const lease = { holder: 'rotated', endsAtMs: 30_000 };
    await rotated.swap({ ...rest, version: 2, lease });
    await rotated.swap({ ...rest, version: 3 });

    expect(token).toBeUndefined();
    expect((await old.read()).token?.value.reveal(), 'two writes later').toBe('tainted-token-1:int');
    const reads = vault.reads;
    for (let second = 0; second < 60; second++) {
      clock.advance(1_000);
      await rotated.read();
    }
    expect(vault.reads - reads).toBe(2);

    await rotated.swap(stateWith(new Secret('after'), 4));
    expect((await rotated.read()).token?.value.reveal()).toBe('after');
    expect((await old.read()).token?.value.reveal()).toBe('after');
  });

  it('takes a token that stands in the item in clear for none', async () => {
    const { inner, worker } = createRoom();
    await inner.swap(stateWith(TOKEN, 1));
    expect((await worker().read()).token).toBeUndefined();
  });

  it('throws where the credentials cannot be read, so that nobody asks identity for a token that is there', async () => {
    const { vault, worker } = createRoom();
    const old = worker();
    await old.swap(stateWith(TOKEN, 1));
    vault.stored = 'client-secret-2';
    const rotated = worker();
    await rotated.swap(stateWith(TOKEN, 2));
    vault.failure = new Error('throttled');

    await expect(old.read()).rejects.toThrow('throttled');
    expect((await rotated.read()).token).toBeDefined();
  });
});
