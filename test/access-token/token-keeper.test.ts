import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CredentialsError } from '../../lib/access-token/credentials.ts';
import type { RefusalEvidence } from '../../lib/access-token/refusal.ts';
import type { Replacement, TokenAnswer, TokenKeeper } from '../../lib/access-token/token-keeper.ts';
import { EMPTY_TOKEN_STATE } from '../../lib/access-token/token-state.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import { createWorld, type World } from './token-world.ts';

function reveal(answer: Replacement): string {
  return answer.kind === 'token' ? answer.token.reveal() : answer.kind;
}

function currentOfAll({ clock }: World, keepers: readonly TokenKeeper[]): Promise<TokenAnswer[]> {
  return clock.run(Promise.all(keepers.map((keeper) => keeper.current())));
}

/** With all the evidence against the token that there can be, unless the test says otherwise. */
function replaceInAll(
  { clock }: World,
  keepers: readonly TokenKeeper[],
  token: string,
  evidence: Partial<RefusalEvidence> = {},
): Promise<Replacement[]> {
  const whole = { sentAtMs: clock.nowMs(), workedSince: false, served: true, confirmed: true, ...evidence };
  return clock.run(Promise.all(keepers.map((keeper) => keeper.replace(new Secret(token), whole))));
}

const distinct = (answers: readonly Replacement[]): string[] => [...new Set(answers.map(reveal))];

describe('one token for all workers', () => {
  it('asks identity once when 200 workers start at the same time', async () => {
    const world = createWorld();

    const answers = await currentOfAll(world, world.workers(200));

    expect(distinct(answers)).toEqual(['tainted-token-1:int']);
    expect(world.identity.calls).toBe(1);
  });

  it('asks identity once when 50 calls in flight find the token expired', async () => {
    const world = createWorld();
    const workers = world.workers(10);
    await currentOfAll(world, workers);
    world.identity.expire();
    const calls = workers.flatMap((worker) => [worker, worker, worker, worker, worker]);

    const answers = await replaceInAll(world, calls, 'tainted-token-1:int');

    expect(distinct(answers)).toEqual(['tainted-token-2:int']);
    expect(world.identity.calls).toBe(2);
  });

  it('does not replace a token that somebody else has replaced already', async () => {
    const world = createWorld();
    const [early, late] = world.workers(2) as [TokenKeeper, TokenKeeper];
    await currentOfAll(world, [early, late]);
    world.identity.expire();
    await replaceInAll(world, [early], 'tainted-token-1:int');

    const answers = await replaceInAll(world, [late], 'tainted-token-1:int');

    expect(distinct(answers)).toEqual(['tainted-token-2:int']);
    expect(world.identity.calls).toBe(2);
  });

  it('asks identity once when the token of 200 workers comes to its end', async () => {
    const world = createWorld();
    const workers = world.workers(200);
    await currentOfAll(world, workers);
    world.clock.advance(3_601_000);

    const answers = await currentOfAll(world, workers);

    expect(distinct(answers)).toEqual(['tainted-token-2:int']);
    expect(world.identity.calls).toBe(2);
  });

  it('waits for the end of a dead worker’s lease, then asks once', async () => {
    const world = createWorld();
    const lease = { holder: 'dead', endsAtMs: world.clock.nowMs() + 4_000 };
    await world.register.swap({ ...EMPTY_TOKEN_STATE, version: 1, lease });
    const startedAtMs = world.clock.nowMs();

    const answers = await currentOfAll(world, world.workers(50));

    expect(distinct(answers)).toEqual(['tainted-token-1:int']);
    expect(world.identity.calls).toBe(1);
    expect(world.identity.callsAtMs[0]).toBeGreaterThanOrEqual(startedAtMs + 4_000);
  });

  it('does not wait longer than its bound for another worker', async () => {
    const world = createWorld();
    const lease = { holder: 'dead', endsAtMs: world.clock.nowMs() + 30_000 };
    await world.register.swap({ ...EMPTY_TOKEN_STATE, version: 1, lease });
    const startedAtMs = world.clock.nowMs();

    const [answer] = await currentOfAll(world, world.workers(1));

    expect(answer).toMatchObject({ kind: 'unavailable', detail: 'another worker is asking identity' });
    expect(answer?.kind === 'unavailable' && answer.retryAfterMs).toBeLessThanOrEqual(30_000);
    expect(world.clock.nowMs() - startedAtMs).toBeLessThanOrEqual(15_000);
  });
});

describe('the token in memory', () => {
  it('needs no read while it is fresh, and one when it nears its end', async () => {
    const world = createWorld();
    const [worker] = world.workers(1) as [TokenKeeper];
    await currentOfAll(world, [worker]);
    const readsAtStart = world.register.reads;

    world.clock.advance(3_500_000);
    await currentOfAll(world, [worker, worker]);
    const readsWhileFresh = world.register.reads - readsAtStart;
    world.clock.advance(75_000);
    await currentOfAll(world, [worker, worker, worker]);

    expect(readsWhileFresh).toBe(0);
    expect(world.register.reads - readsAtStart).toBe(1);
    expect(world.identity.calls).toBe(1);
  });

  it('uses a token of a few seconds until its end', async () => {
    const world = createWorld();
    world.identity.lifeMs = 4_000;
    const [worker] = world.workers(1) as [TokenKeeper];
    await currentOfAll(world, [worker]);
    world.clock.advance(3_000);

    const answers = await currentOfAll(world, [worker]);
    world.clock.advance(1_000);
    const later = await currentOfAll(world, [worker]);

    expect(distinct(answers)).toEqual(['tainted-token-1:int']);
    expect(distinct(later)).toEqual(['tainted-token-2:int']);
    expect(world.identity.calls).toBe(2);
  });
});

describe('identity hands out the same token', () => {
  it('with expires_in 0: waits for the next one', async () => {
    const world = createWorld();
    world.identity.lifeMs = 900;
    const byAnother = { clientId: 'client-id', clientSecret: new Secret('client-secret-1') };
    await world.clock.run(world.identity.fetchToken(byAnother));
    world.identity.lifeMs = 3_600_000;

    const answers = await currentOfAll(world, world.workers(20));

    expect(distinct(answers)).toEqual(['tainted-token-2:int']);
    expect(world.identity.calls).toBeLessThanOrEqual(1 + 2);
  });

  it('with expires_in 0 for ever: hands it out after three calls, and asks every few seconds at most', async () => {
    const world = createWorld();
    const token = new Secret('tainted-zero:int');
    world.identity.always = () => ({ kind: 'token', token, expiresInSeconds: 0 });
    const workers = world.workers(20);

    const answers = await currentOfAll(world, workers);
    const callsAtStart = world.identity.calls;
    for (let second = 0; second < 60; second++) {
      world.clock.advance(1_000);
      await currentOfAll(world, workers);
    }

    expect(distinct(answers)).toEqual(['tainted-zero:int']);
    expect(callsAtStart).toBe(3);
    expect(world.identity.calls - callsAtStart).toBeLessThanOrEqual(12);
  });

  it('with a few seconds left although Marketo refuses it: waits them out, then asks again', async () => {
    const world = createWorld();
    world.identity.lifeMs = 4_000;
    const workers = world.workers(50);
    await currentOfAll(world, workers);
    world.identity.lifeMs = 3_600_000;

    const answers = await replaceInAll(world, workers, 'tainted-token-1:int');

    expect(distinct(answers)).toEqual(['tainted-token-2:int']);
    expect(world.identity.calls).toBeLessThanOrEqual(1 + 2);
  });

  it('with half a minute left although Marketo refuses it: says when to come back, and asks no more', async () => {
    const world = createWorld();
    world.identity.lifeMs = 30_000;
    const workers = world.workers(50);
    await currentOfAll(world, workers);
    world.identity.lifeMs = 3_600_000;

    const answers = await replaceInAll(world, workers, 'tainted-token-1:int');
    world.clock.advance(31_000);
    const later = await currentOfAll(world, workers);

    expect(distinct(answers)).toEqual(['unavailable']);
    expect(distinct(later)).toEqual(['tainted-token-2:int']);
    expect(world.identity.calls).toBe(3);
  });

  it('for long although Marketo refuses it: three calls, then refused for all, for a while', async () => {
    const world = createWorld();
    const workers = world.workers(200);
    await currentOfAll(world, workers);

    const answers = await replaceInAll(world, workers, 'tainted-token-1:int');
    const after = world.identity.calls;
    world.clock.advance(30_000);
    const during = await currentOfAll(world, [...workers, ...world.workers(10)]);

    expect(distinct(answers)).toEqual(['refused']);
    expect(answers[0]).toMatchObject({ detail: expect.stringContaining('Marketo refuses the token') });
    expect(after).toBe(1 + 3);
    expect(distinct(during)).toEqual(['refused']);
    expect(world.identity.calls).toBe(1 + 3);
  });

  it('for hours although Marketo refuses it: asks seldom, and tries the token once after each pause', async () => {
    const world = createWorld();
    world.identity.lifeMs = 100 * 3_600_000;
    const workers = world.workers(20);
    await currentOfAll(world, workers);
    let tried = 0;

    for (let minute = 0; minute < 180; minute++) {
      for (const answer of await currentOfAll(world, workers)) {
        if (answer.kind !== 'token') continue;
        tried += 1;
        await replaceInAll(world, workers, answer.token.reveal());
      }
      world.clock.advance(60_000);
    }

    // Pauses of 1, 2, 4, 8, then 15 minutes: some 16 rounds of three.
    expect(world.identity.calls).toBeLessThanOrEqual(1 + 3 * 17);
    expect(tried).toBeGreaterThan(10);
  });

  it('and takes it again after the pause when Marketo does', async () => {
    const world = createWorld();
    const workers = world.workers(5);
    await currentOfAll(world, workers);
    await replaceInAll(world, workers, 'tainted-token-1:int');
    world.clock.advance(61_000);

    const answers = await currentOfAll(world, workers);

    expect(distinct(answers)).toEqual(['tainted-token-1:int']);
  });
});

describe('identity hands out another token each time, and Marketo refuses them all', () => {
  it('stops after three, and stands still during the pause', async () => {
    const world = createWorld();
    const [worker] = world.workers(1) as [TokenKeeper];
    const other = world.workers(1);
    let answer: Replacement | undefined = (await currentOfAll(world, [worker]))[0];

    for (let call = 0; call < 20 && answer?.kind === 'token'; call++) {
      world.identity.expire();
      world.clock.advance(10_000);
      answer = (await replaceInAll(world, [worker], answer.token.reveal(), { served: false }))[0];
    }

    expect(answer?.kind).toBe('refused');
    expect(world.identity.calls).toBe(1 + 3);
    expect(distinct(await currentOfAll(world, other))).toEqual(['refused']);
  });
});

describe('the credentials', () => {
  it('that identity refuses are tried once by 200 workers, and remembered for a growing pause', async () => {
    const world = createWorld();
    world.identity.secrets.clear();
    const workers = world.workers(200);

    const answers = await currentOfAll(world, workers);
    const atOnce = world.identity.calls;
    for (let minute = 0; minute < 60; minute++) {
      world.clock.advance(60_000);
      await currentOfAll(world, workers);
    }

    expect(distinct(answers)).toEqual(['refused']);
    expect(atOnce).toBe(1);
    expect(world.identity.calls).toBeLessThanOrEqual(1 + 8);
  });

  it('that were rotated are picked up within the call that is refused', async () => {
    const world = createWorld();
    const workers = world.workers(10);
    await currentOfAll(world, workers);
    world.vault.stored = 'client-secret-2';
    world.identity.secrets.clear();
    world.identity.secrets.add('client-secret-2');
    world.identity.expire();

    const answers = await replaceInAll(world, workers, 'tainted-token-1:int');

    expect(distinct(answers)).toEqual(['tainted-token-2:int']);
    expect(world.identity.calls).toBe(1 + 2);
    expect((await world.register.read()).pauses.count, 'no pause is seen by anyone').toBe(0);
  });

  it('that are rotated during the pause end it', async () => {
    const world = createWorld();
    const workers = world.workers(50);
    world.identity.secrets.clear();
    await currentOfAll(world, workers);
    world.identity.secrets.add('client-secret-2');
    world.vault.stored = 'client-secret-2';
    const before = world.identity.calls;

    world.clock.advance(31_000);
    const answers = await currentOfAll(world, workers);

    expect(distinct(answers)).toEqual(['tainted-token-1:int']);
    expect(world.identity.calls - before).toBe(1);
  });

  it('are not read more often than every half minute while the pause lasts', async () => {
    const world = createWorld();
    world.identity.secrets.clear();
    const workers = world.workers(1);
    await currentOfAll(world, workers);
    const before = world.vault.reads;

    for (let second = 0; second < 59; second++) {
      await currentOfAll(world, workers);
      world.clock.advance(1_000);
    }

    expect(world.vault.reads - before).toBeLessThanOrEqual(2);
  });

  it('that cannot be used are a refusal; that cannot be read now, unavailable; and no lease is taken', async () => {
    const world = createWorld();
    const workers = world.workers(1);

    world.vault.failure = new CredentialsError('secret marketo does not hold what it should');
    const [unusable] = await currentOfAll(world, workers);
    world.vault.failure = new Error('throttled');
    const [unreadable] = await currentOfAll(world, workers);
    world.vault.failure = undefined;
    const answers = await currentOfAll(world, workers);

    expect(unusable).toMatchObject({ kind: 'refused', detail: expect.stringContaining('secret marketo') });
    expect(unreadable).toMatchObject({ kind: 'unavailable', detail: 'Error: throttled' });
    expect(distinct(answers)).toEqual(['tainted-token-1:int']);
  });
});

describe('an identity that fails', () => {
  it('once is asked again within the same call', async () => {
    const world = createWorld();
    world.identity.script.push({ kind: 'failed', detail: 'HTTP 500' });

    const answers = await currentOfAll(world, world.workers(20));

    expect(distinct(answers)).toEqual(['tainted-token-1:int']);
    expect(world.identity.calls).toBe(2);
  });

  it('for an hour is asked about once a minute, whoever asks, and the token comes when it is back', async () => {
    const world = createWorld();
    world.identity.always = () => ({ kind: 'failed', detail: 'HTTP 503' });
    const workers = world.workers(20);

    for (let second = 0; second < 3_600; second += 10) {
      const answers = await currentOfAll(world, workers);
      expect(distinct(answers)).toEqual(['unavailable']);
      world.clock.advance(10_000);
    }
    const calls = world.identity.calls;
    world.identity.always = undefined;
    world.clock.advance(60_000);

    expect(calls).toBeLessThanOrEqual(70);
    expect(distinct(await currentOfAll(world, workers))).toEqual(['tainted-token-1:int']);
  });

  it('does not count against the token that it could not replace', async () => {
    const world = createWorld();
    const workers = world.workers(5);
    await currentOfAll(world, workers);
    world.identity.expire();
    world.identity.script.push(...Array.from({ length: 4 }, () => ({ kind: 'failed' as const, detail: 'HTTP 502' })));

    for (let round = 0; round < 4; round++) {
      await replaceInAll(world, workers, 'tainted-token-1:int');
      world.clock.advance(10_000);
    }
    const answers = await replaceInAll(world, workers, 'tainted-token-1:int');

    expect(distinct(answers)).toEqual(['tainted-token-2:int']);
  });
});

describe('a table that cannot be reached', () => {
  it('is an answer, never an exception', async () => {
    const world = createWorld();
    world.register.down = true;

    const [answer] = await currentOfAll(world, world.workers(1));

    expect(answer).toMatchObject({ kind: 'unavailable', detail: 'Error: the table cannot be reached' });
  });

  it('does not keep a fetched token from the worker that fetched it', async () => {
    const world = createWorld();
    const [worker] = world.workers(1) as [TokenKeeper];
    world.identity.always = () => {
      world.register.down = true;
      return { kind: 'token', token: new Secret('tainted-token-9:int'), expiresInSeconds: 3_600 };
    };

    const answers = await currentOfAll(world, [worker]);

    expect(distinct(answers)).toEqual(['tainted-token-9:int']);
  });
});

describe('what the keeper says and writes', () => {
  it('never holds the token or the secret', async () => {
    const world = createWorld();
    const workers = world.workers(10);
    const said: unknown[] = [await currentOfAll(world, workers), await world.register.read()];
    said.push(await replaceInAll(world, workers, 'tainted-token-1:int'), await world.register.read());
    world.identity.secrets.clear();
    world.clock.advance(4_000_000);
    said.push(await currentOfAll(world, workers), await world.register.read(), world.log.lines);

    const texts = [JSON.stringify(said), inspect(said, { depth: Infinity, showHidden: true }), said.join()];

    for (const text of texts) expect(text).not.toMatch(/tainted-token|client-secret-/);
    expect(world.log.lines.length).toBeGreaterThan(3);
  });
});
