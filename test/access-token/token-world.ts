import { randomBytes } from 'node:crypto';
import type { CredentialsProvider } from '../../lib/access-token/credentials.ts';
import { createMemoryTokenRegister } from '../../lib/access-token/memory-token-register.ts';
import { createSealedTokenRegister } from '../../lib/access-token/sealed-token-register.ts';
import { createTokenKeeper, type TokenKeeper } from '../../lib/access-token/token-keeper.ts';
import type { TokenRegister } from '../../lib/access-token/token-register.ts';
import type { Credentials, IdentityAnswer } from '../../lib/marketo/identity.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import type { Clock, Log, Random } from '../../lib/ports.ts';

/** A clock that stands still while there is anything to do, and then jumps to the next sleeper. */
class VirtualClock implements Clock {
  #nowMs = Date.UTC(2027, 0, 31, 12);
  #sleepers: { atMs: number; wake: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ atMs: this.#nowMs + durationMs, wake }));
  }

  advance(durationMs: number): void {
    this.#nowMs += durationMs;
  }

  /** Lets time pass until `work` has ended. */
  async run<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const watched = work.finally(() => {
      ended = true;
    });
    watched.catch(() => {});
    for (let idle = 0; !ended && idle < 100; ) {
      await new Promise((resolve) => setImmediate(resolve));
      if (ended) break;
      idle = this.#wakeNext() ? 0 : idle + 1;
    }
    if (!ended) throw new Error('nothing sleeps, and the work has not ended');
    return watched;
  }

  #wakeNext(): boolean {
    this.#sleepers.sort((a, b) => a.atMs - b.atMs);
    const next = this.#sleepers.shift();
    if (next === undefined) return false;
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.wake();
    return true;
  }
}

function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Marketo's identity: the same token until it expires, and `expires_in` what remains, in whole seconds. */
class FakeIdentity {
  readonly clock: Clock;
  readonly secrets = new Set<string>(['client-secret-1']);
  readonly callsAtMs: number[] = [];
  latencyMs = 300;
  lifeMs = 3_600_000;
  /** Overrules the usual answer of the next calls, the first one first. */
  readonly script: IdentityAnswer[] = [];
  always: (() => IdentityAnswer) | undefined;
  /** Sees each call first, and may answer it. */
  beforeAnswer: (() => IdentityAnswer | undefined) | undefined;
  #issued = 0;
  #token: { text: string; issuedAtMs: number; expiresAtMs: number } | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get calls(): number {
    return this.callsAtMs.length;
  }

  /** The token that is valid at Marketo, if there is one. */
  get valid(): string | undefined {
    return this.#token !== undefined && this.clock.nowMs() < this.#token.expiresAtMs ? this.#token.text : undefined;
  }

  /** Since when it is, so that nodes can be late to learn of it. */
  get validSinceMs(): number {
    return this.#token?.issuedAtMs ?? Number.POSITIVE_INFINITY;
  }

  expire(): void {
    this.#token = undefined;
  }

  readonly fetchToken = async ({ clientSecret }: Credentials): Promise<IdentityAnswer> => {
    this.callsAtMs.push(this.clock.nowMs());
    await this.clock.sleep(this.latencyMs);
    const scripted = this.script.shift() ?? this.always?.() ?? this.beforeAnswer?.();
    if (scripted !== undefined) return scripted;
    if (!this.secrets.has(clientSecret.reveal())) return { kind: 'refused', detail: 'HTTP 401 invalid_client' };
    if (this.valid === undefined) {
      this.#issued += 1;
      const issuedAtMs = this.clock.nowMs();
      this.#token = { text: `tainted-token-${this.#issued}:int`, issuedAtMs, expiresAtMs: issuedAtMs + this.lifeMs };
    }
    const { text, expiresAtMs } = this.#token ?? { text: '', expiresAtMs: 0 };
    const expiresInSeconds = Math.floor((expiresAtMs - this.clock.nowMs()) / 1_000);
    return { kind: 'token', token: new Secret(text), expiresInSeconds };
  };
}

/** A stored secret that can be rotated; each worker remembers what it has read. */
class FakeVault {
  stored = 'client-secret-1';
  reads = 0;
  failure: Error | undefined;

  provider(): CredentialsProvider {
    let known: Credentials | undefined;
    const refresh = async (): Promise<Credentials> => {
      this.reads += 1;
      if (this.failure !== undefined) throw this.failure;
      known = { clientId: 'client-id', clientSecret: new Secret(this.stored) };
      return known;
    };
    return { credentials: async () => known ?? refresh(), refresh };
  }
}

class RecordingLog implements Log {
  readonly lines: unknown[] = [];
  readonly debug = (...line: unknown[]): void => void this.lines.push(line);
  readonly info = this.debug;
  readonly warn = this.debug;
  readonly error = this.debug;
}

/** What a planted bug changes of a worker. */
interface Plant {
  readonly what: string;
  readonly keeper?: (sound: TokenKeeper) => TokenKeeper;
  readonly register?: (sound: TokenRegister) => TokenRegister;
}

interface World {
  readonly clock: VirtualClock;
  readonly identity: FakeIdentity;
  readonly vault: FakeVault;
  readonly log: RecordingLog;
  readonly register: TokenRegister & { reads: number; down: boolean };
  workers(count: number): TokenKeeper[];
}

/** `isSealed` false leaves the seal out, which the long runs have no use for. */
function createWorld(plant?: Plant, isSealed = true): World {
  const clock = new VirtualClock();
  const identity = new FakeIdentity(clock);
  const vault = new FakeVault();
  const log = new RecordingLog();
  const memory = createMemoryTokenRegister();
  const register = {
    reads: 0,
    down: false,
    async read() {
      register.reads += 1;
      if (register.down) throw new Error('the table cannot be reached');
      return memory.read();
    },
    async swap(next: Parameters<TokenRegister['swap']>[0]) {
      if (register.down) throw new Error('the table cannot be reached');
      return memory.swap(next);
    },
  };
  let hired = 0;
  const workers = (count: number): TokenKeeper[] =>
    Array.from({ length: count }, () => {
      hired += 1;
      const credentials = vault.provider();
      const seal = { register, credentials, subscription: 'one', randomBytes, clock };
      const shared = isSealed ? createSealedTokenRegister(seal) : register;
      const keeper = createTokenKeeper({
        register: plant?.register?.(shared) ?? shared,
        fetchToken: identity.fetchToken,
        credentials,
        clock,
        random: seededRandom(hired),
        holderId: `worker-${hired}`,
        log,
      });
      return plant?.keeper?.(keeper) ?? keeper;
    });
  return { clock, identity, vault, log, register, workers };
}

export type { Plant, World };
export { createWorld, FakeVault, RecordingLog, seededRandom, VirtualClock };
