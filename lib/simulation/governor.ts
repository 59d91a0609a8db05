import { type GovernDeps, govern, type MappingSwitch } from '../govern/govern.ts';
import type { MappingSeen } from '../govern/seen.ts';
import type { Platform } from '../runtime/compose.ts';
import { composeGovern } from '../runtime/govern.ts';
import { GOVERN_TIMEOUT_SECONDS } from '../settings/policy.ts';
import type { Dice } from './dice.ts';
import { Life } from './life.ts';
import { createDynamoDb, createS3, createSecretsManager, createSqs } from './model/clients.ts';
import type { ModelMarketo } from './model/marketo.ts';
import { MINUTE_MS } from './scenario.ts';
import { scan, watchedLog } from './watched-log.ts';
import { type Plant, settingsOf } from './worker.ts';
import type { World } from './world.ts';

/** Lambda takes about so long to enable or disable a mapping. */
const CHANGE_MS: readonly [number, number] = [5_000, 90_000];

/** Whether messages are taken off the queue, and what Lambda does about it. Its requests fail as the table's do. */
class MappingFlag {
  enabled = true;
  readonly #world: World;
  readonly #dice: Dice;
  #state: MappingSeen['state'] = 'enabled';
  #changedAtMs: number;
  onChange: () => void = () => {};

  constructor(world: World) {
    this.#world = world;
    this.#dice = world.dice.stream('mapping flag');
    this.#changedAtMs = world.time.nowMs - 24 * 60 * MINUTE_MS;
  }

  get seen(): MappingSeen {
    return { state: this.#state, changedAtMs: Math.floor(this.#changedAtMs) };
  }

  set(enabled: boolean): void {
    if (this.#state === 'changing') throw new Error('ResourceInUseException');
    this.#state = 'changing';
    this.#changedAtMs = this.#world.time.nowMs;
    if (!enabled) this.#world.count('mapping disabled');
    this.#world.note([], () => `the mapping is being ${enabled ? 'enabled' : 'disabled'}`);
    this.#world.time.after(this.#dice.between(...CHANGE_MS), () => {
      this.enabled = enabled;
      this.#state = enabled ? 'enabled' : 'disabled';
      this.#changedAtMs = this.#world.time.nowMs;
      this.onChange();
    });
  }

  /** As one execution environment sees it. */
  switchOf(life: Life): MappingSwitch {
    const { time } = this.#world;
    const through = <T>(work: () => T): Promise<T> =>
      life.through(async () => {
        await time.sleep(this.#dice.between(10, 400));
        if (this.#world.strikes('storeFails', this.#dice)) throw new Error('TooManyRequestsException');
        const result = work();
        if (this.#world.strikes('storeFails', this.#dice)) throw new Error('the reply of Lambda was lost');
        return result;
      });
    return {
      read: () => through(() => this.seen),
      enable: () => through(() => this.set(true)),
      disable: () => through(() => this.set(false)),
    };
  }
}

/** The function that governs, every minute, in environments that end and stand still like all others. */
class Governor {
  readonly flag: MappingFlag;
  readonly #world: World;
  readonly #marketo: ModelMarketo;
  readonly #plant: Plant;
  #runs = 0;
  #current: { readonly life: Life; readonly deps: GovernDeps } | undefined;

  constructor(world: World, marketo: ModelMarketo, plant: Plant) {
    this.#world = world;
    this.#marketo = marketo;
    this.#plant = plant;
    this.flag = new MappingFlag(world);
    this.#schedule();
  }

  /** An operator who pauses the relay for a while, with the note and the switch that the command line has. */
  personPauses(forMs: number): void {
    const { table, time } = this.#world;
    const pk = `pause#${new URL(settingsOf(this.#world).marketoBaseUrl).host}`;
    const since = new Date(time.nowMs).toISOString();
    table.items.set(pk, { pk: { S: pk }, by: { S: 'person' }, reason: { S: 'model' }, since: { S: since } });
    this.#world.count('operator paused the relay');
    this.#try(false);
    const resume = (): void => {
      if (!this.#try(true)) time.after(MINUTE_MS / 2, resume);
      else table.items.delete(pk);
    };
    time.after(forMs, resume);
  }

  #try(enabled: boolean): boolean {
    if (this.flag.seen.state === 'changing') return false;
    this.flag.set(enabled);
    return true;
  }

  #schedule(): void {
    this.#world.time.after(MINUTE_MS, () => {
      this.#run();
      this.#schedule();
    });
  }

  #run(): void {
    const environment = this.#current ?? this.#environment();
    this.#current = undefined;
    const { life, deps } = environment;
    const endsAtMs = this.#world.time.nowMs + GOVERN_TIMEOUT_SECONDS * 1_000;
    const forget = this.#world.time.after(GOVERN_TIMEOUT_SECONDS * 1_000, () => life.kill('timeout'));
    life.thaw();
    if (life.dead) return;
    const ended = (): void => {
      forget();
      if (life.dead) return;
      life.rest();
      // Kept for the next run, as Lambda does.
      this.#current = environment;
    };
    govern(deps, endsAtMs + (life.clock.nowMs() - this.#world.time.nowMs)).then(ended, (error: unknown) => {
      scan(this.#world, 'an error', String(error));
      ended();
    });
  }

  #environment(): { readonly life: Life; readonly deps: GovernDeps } {
    const world = this.#world;
    this.#runs += 1;
    const name = `g${this.#runs}`;
    const dice = world.dice.stream(name);
    const skewMs = dice.between(-1, 1) * world.scenario.clockSkewMs;
    const life = new Life(world.time, dice.stream('life'), skewMs, {
      death: () => world.chanceOf('death'),
      freeze: () => world.chanceOf('freeze'),
      onDeath: (reason) => world.note([], () => `${name} dies ${reason}`),
      onFreeze: (durationMs) => world.note([], () => `${name} stands still for ${Math.round(durationMs)} ms`),
    });
    const network = dice.stream('network');
    const platform: Platform = {
      dynamoDb: createDynamoDb(world, life, network),
      sqs: createSqs(world, life, network, () => {}),
      s3: createS3(world, life, network),
      secretsManager: createSecretsManager(world, life, network, () => this.#marketo.identity.secretString()),
      transport: (request, { timeoutMs, bearer }) =>
        life.through(() => this.#marketo.exchange(request, timeoutMs, bearer, () => {}), true),
      clock: life.clock,
      random: dice.stream('own').random,
      log: watchedLog(world, name),
      observe: (event) => scan(world, 'an event', JSON.stringify(event)),
    };
    const leftMs = (): number => GOVERN_TIMEOUT_SECONDS * 1_000;
    const sound = composeGovern(settingsOf(world), platform, this.flag.switchOf(life), leftMs);
    return { life, deps: this.#plant.govern?.(sound) ?? sound };
  }
}

export { Governor };
