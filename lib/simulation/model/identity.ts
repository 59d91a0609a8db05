import type { HttpReply } from '../../marketo/http.ts';
import type { Dice } from '../dice.ts';
import type { World } from '../world.ts';

/** Stands in every secret: whatever holds it has leaked. */
const TAINT = 'TAINTED';
/** Whose calls the usage endpoint counts as this relay's. */
const API_USER = 'relay@example.com';

interface IssuedToken {
  readonly value: string;
  readonly expiresAtMs: number;
  revoked: boolean;
  /** Was used once after its end: from then on Marketo calls it invalid instead of expired. */
  refusedOnce: boolean;
}

/** Tokens are counted over a rolling minute. */
const MINUTE_MS = 60_000;

/** Marketo's identity service: the same token until it expires, whatever was said about it in the meantime. */
class ModelIdentity {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #tokens: IssuedToken[] = [];
  readonly #asked: number[] = [];
  #issued = 0;

  constructor(world: World) {
    this.#world = world;
    this.#dice = world.dice.stream('identity');
  }

  /** What Secrets Manager holds now. */
  secretString(): string {
    return JSON.stringify({ clientId: 'model-client', clientSecret: this.#storedSecret() });
  }

  /** Marketo's opinion of a token: undefined where it is good. */
  refusal(bearer: string | undefined): '600' | '601' | '602' | undefined {
    const token = this.#tokens.find((one) => one.value === bearer);
    if (bearer === undefined) return '600';
    if (token === undefined || token.revoked) return '601';
    if (this.#world.time.nowMs < token.expiresAtMs) return undefined;
    if (token.refusedOnce) return '601';
    token.refusedOnce = true;
    return '602';
  }

  revoke(): void {
    const token = this.#tokens.at(-1);
    if (token !== undefined) token.revoked = true;
    // Half the time identity does not know, and goes on handing it out until it expires.
    if (this.#dice.chance(0.5)) this.#tokens.push(this.#newToken());
  }

  answer(form: string): HttpReply {
    this.#count();
    const secret = new URLSearchParams(form).get('client_secret') ?? '';
    const echo = this.#world.strikes('echo', this.#dice) ? ` secret ${secret}` : '';
    if (this.#world.strikes('identity', this.#dice)) return this.#fault(echo);
    if (secret !== this.#validSecret()) {
      return reply(
        401,
        JSON.stringify({ error: 'invalid_client', error_description: `Bad client credentials${echo}` }),
      );
    }
    const token = this.#current();
    const leftMs = token.expiresAtMs - this.#world.time.nowMs;
    return reply(
      200,
      JSON.stringify({
        access_token: token.value,
        token_type: 'bearer',
        expires_in: Math.floor(leftMs / 1_000),
        scope: API_USER,
      }),
    );
  }

  #fault(echo: string): HttpReply {
    const kind = this.#dice.whole(0, 5);
    if (kind === 0) return reply(500, `<html>${echo}</html>`);
    if (kind === 1) return reply(200, '');
    if (kind === 2) return reply(200, `{"access_token":"${this.#current().value.slice(0, 12)}`, false);
    if (kind === 3) return reply(503, JSON.stringify({ error: `unavailable${echo}` }));
    if (kind === 4) return reply(200, JSON.stringify({ access_token: 17, expires_in: 'soon' }));
    return { kind: 'noReply', reason: 'connection', mayHaveExecuted: true, detail: `ECONNRESET${echo}` };
  }

  #current(): IssuedToken {
    const token = this.#tokens.at(-1);
    if (token !== undefined && this.#world.time.nowMs < token.expiresAtMs) return token;
    const fresh = this.#newToken();
    this.#tokens.push(fresh);
    return fresh;
  }

  #newToken(): IssuedToken {
    const value = `${TAINT}-token-${++this.#issued}-${this.#dice.whole(0, 2 ** 30).toString(36)}:int`;
    const expiresAtMs = this.#world.time.nowMs + this.#world.scenario.tokenLifeSeconds * 1_000;
    return { value, expiresAtMs, revoked: false, refusedOnce: false };
  }

  #validSecret(): string {
    const { rotationMs, startMs } = this.#world.scenario;
    const isRotated = rotationMs !== undefined && this.#world.time.nowMs >= startMs + rotationMs;
    return `${TAINT}-secret-${isRotated ? 2 : 1}`;
  }

  #storedSecret(): string {
    return this.#world.within(this.#world.scenario.wrongSecretMs) ? `${TAINT}-secret-wrong` : this.#validSecret();
  }

  /**
   * The stated bound: two calls for each token that a minute can use up, and what refusals, failures with their growing
   * pauses and workers that end while they ask can add.
   */
  #count(): void {
    const { time, tally, scenario, checks } = this.#world;
    const nowMs = time.nowMs;
    tally.identityCalls += 1;
    while ((this.#asked[0] ?? nowMs) <= nowMs - MINUTE_MS) this.#asked.shift();
    this.#asked.push(nowMs);
    tally.busiestIdentityMinute = Math.max(tally.busiestIdentityMinute, this.#asked.length);
    const most = 14 + 2 * (60 / scenario.tokenLifeSeconds);
    if (this.#asked.length > most)
      checks.fail('identityBounded', `${this.#asked.length} calls in a minute, bound ${most}`);
  }
}

function reply(status: number, body: string, complete = true): HttpReply {
  return { kind: 'reply', status, headers: { 'content-type': 'application/json' }, body, complete };
}

export { API_USER, ModelIdentity, TAINT };
