import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { DeliveryDeps } from '../delivery/deps.ts';
import type { GovernDeps } from '../govern/govern.ts';
import type { Journal } from '../journal/entry.ts';
import type { Transport } from '../marketo/http.ts';
import { composeDelivery, type Platform } from '../runtime/compose.ts';
import { type DeliveryHandler, handlerOver } from '../runtime/delivery.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import { Life } from './life.ts';
import {
  BACKFILL_QUEUE_URL,
  createDynamoDb,
  createS3,
  createSecretsManager,
  createSqs,
  DEAD_LETTER_QUEUE_URL,
  QUEUE_URL,
  RESULTS_QUEUE_URL,
} from './model/clients.ts';
import type { ModelMarketo, Told } from './model/marketo.ts';
import type { StoredMessage } from './model/queue.ts';
import { marksIn } from './publications.ts';
import type { Scenario } from './scenario.ts';
import { Invocation, watchedLedger } from './watch.ts';
import { scan, watchedLog } from './watched-log.ts';
import type { World } from './world.ts';

/** The world, and what lies below the deps, for bugs that go around the sound code. */
interface PlantedWorld extends Pick<World, 'publicationOf'> {
  readonly rawTransport: Transport;
  secretString(): string;
  /** Whether the message of this relay id names a file. */
  isFile(relayId: string): boolean;
}

/** What a planted bug replaces: the sound code has none of these. */
interface Plant {
  readonly platform?: (platform: Platform, world: World) => Platform;
  readonly deps?: (deps: DeliveryDeps, world: PlantedWorld) => DeliveryDeps;
  readonly govern?: (deps: GovernDeps) => GovernDeps;
  readonly handler?: (handler: DeliveryHandler, deps: DeliveryDeps, world: World) => DeliveryHandler;
}

/** One execution environment of the delivery function, over the models. */
class Worker {
  readonly name: string;
  readonly life: Life;
  readonly #world: World;
  readonly #handler: DeliveryHandler;
  #invocation: Invocation;
  #fail: ((reason: string) => void) | undefined;

  constructor(world: World, marketo: ModelMarketo, name: string, plant: Plant, strike?: (step: number) => boolean) {
    this.name = name;
    this.#world = world;
    this.#invocation = new Invocation(world, []);
    const dice = world.dice.stream(name);
    const skewMs = dice.between(-1, 1) * world.scenario.clockSkewMs;
    this.life = new Life(world.time, dice.stream('life'), skewMs, {
      death: () => world.chanceOf('death'),
      freeze: () => world.chanceOf('freeze'),
      ...(strike && { strike }),
      onDeath: (reason) => {
        world.count(reason === 'timeout' ? 'function timeout' : 'death');
        world.note(this.#invocation.marks, () => `${name} dies ${reason}`);
        this.#fail?.(reason);
      },
      onFreeze: (durationMs) => {
        world.count('freeze');
        world.note(this.#invocation.marks, () => `${name} stands still for ${Math.round(durationMs)} ms`);
      },
    });
    const platform = this.#platform(marketo);
    const wired = withSmallUploads(
      composeDelivery(settingsOf(world), plant.platform?.(platform, world) ?? platform),
      world.scenario,
    );
    const watched = watchedLedger(
      { ...this.#mortalAtClaims(wired), journal: this.#journal() },
      () => this.#invocation,
      () => dice.chance(world.scenario.usageShare),
    );
    const deps =
      plant.deps?.(watched, {
        publicationOf: (mark) => world.publicationOf(mark),
        rawTransport: platform.transport,
        secretString: () => marketo.identity.secretString(),
        isFile: (relayId) => world.files.has(world.markOf.get(relayId) ?? ''),
      }) ?? watched;
    const handler = handlerOver(deps);
    this.#handler = plant.handler?.(handler, deps, world) ?? handler;
  }

  /** Lambda's invocation: ends with the handler's answer, its error, its death or its deadline. */
  invoke(messages: readonly StoredMessage[]): Promise<SQSBatchResponse | undefined> {
    const { time, scenario, checks } = this.#world;
    const invocation = new Invocation(this.#world, messages);
    this.#invocation = invocation;
    const endsAtMs = time.nowMs + scenario.functionTimeoutMs;
    return new Promise((resolve) => {
      const forgetDeadline = time.after(scenario.functionTimeoutMs, () => {
        if (!this.life.disturbed && !this.#world.within(scenario.tableOutageMs)) {
          checks.fail(
            'endsInTime',
            `${this.name} is cut off after ${scenario.functionTimeoutMs} ms`,
            messages.flatMap((one) => one.marks),
          );
        }
        this.life.kill('timeout');
      });
      const finish = (response: SQSBatchResponse | undefined): void => {
        forgetDeadline();
        this.#fail = undefined;
        this.life.rest();
        resolve(response);
      };
      this.#fail = () => finish(undefined);
      const context = { getRemainingTimeInMillis: () => endsAtMs - time.nowMs };
      this.life.thaw();
      if (this.life.dead) return;
      this.#handler(toEvent(messages), context).then(
        (response) => {
          if (this.life.dead) return;
          invocation.ended();
          finish(response);
        },
        (error: unknown) => {
          if (this.life.dead) return;
          scan(this.#world, 'an error', String(error instanceof Error ? error.stack : error));
          checks.fail(
            'neverThrows',
            String(error instanceof Error ? error.stack : error),
            messages.flatMap((one) => one.marks),
          );
          finish(undefined);
        },
      );
    });
  }

  #platform(marketo: ModelMarketo): Platform {
    const world = this.#world;
    const dice = world.dice.stream(`${this.name} network`);
    const { life } = this;
    return {
      dynamoDb: createDynamoDb(world, life, dice),
      sqs: createSqs(world, life, dice, (queue, body, attributes, delaySeconds) =>
        this.#invocation.wrote(queue, body, attributes, delaySeconds),
      ),
      s3: createS3(world, life, dice),
      secretsManager: createSecretsManager(world, life, dice, () => marketo.identity.secretString()),
      transport: this.#transport(marketo),
      clock: life.clock,
      random: world.dice.stream(`${this.name} own`).random,
      log: watchedLog(world, this.name),
      observe: (event) => scan(world, 'an event', JSON.stringify(event)),
    };
  }

  /** Ends over a message that ends its workers when it is so far. */
  #meets(marks: readonly string[], when: readonly string[]): void {
    const killer = marks.find((mark) => {
      const fault = this.#world.publicationOf(mark)?.ownFault;
      return fault?.kind === 'kills' && when.includes(fault.when);
    });
    if (killer === undefined || this.life.dead) return;
    this.#world.count('own kills');
    this.life.kill(`of ${killer}`);
  }

  #mortalAtClaims(deps: DeliveryDeps): DeliveryDeps {
    const { sendOnce } = deps;
    const claim: typeof sendOnce.claim = (relayId, ...rest) => {
      this.#meets([this.#world.markOf.get(relayId) ?? ''], ['claimed']);
      return sendOnce.claim(relayId, ...rest);
    };
    return { ...deps, sendOnce: { ...sendOnce, claim } };
  }

  /** At once, and with a chance to end before and after: how long S3 takes changes nothing. */
  #journal(): Journal {
    return { write: (entries) => this.life.through(async () => void this.#world.journal.push(entries)) };
  }

  #transport(marketo: ModelMarketo): Transport {
    return (request, { timeoutMs, bearer }) => {
      const invocation = this.#invocation;
      const text = `${request.url} ${request.body ?? ''}`;
      if (!this.life.dead) invocation.sends(text);
      this.#meets(marksIn(text), ['claimed', 'sent']);
      const told: Told = (_, call, play) => {
        if (!this.life.dead) invocation.told(call, play);
      };
      return this.life.through(() => marketo.exchange(request, timeoutMs, bearer, told), true);
    };
  }
}

/** Pieces of a file are so small that a few rows have several. */
function withSmallUploads(deps: DeliveryDeps, { files }: Scenario): DeliveryDeps {
  return files === undefined ? deps : { ...deps, limits: { ...deps.limits, uploadBytes: files.uploadBytes } };
}

const known = new WeakMap<Scenario, Settings>();

/** The settings as the environment has them: what a setting is not given stands at its default. */
function settingsOf({ scenario }: World): Settings {
  const { limits, backfillShare } = scenario;
  const settings =
    known.get(scenario) ??
    readSettings({
      MARKETO_BASE_URL: 'https://model.mktorest.com',
      MARKETO_SECRET_ID: 'model-secret',
      QUEUE_URL,
      DEAD_LETTER_QUEUE_URL,
      LEDGER_TABLE_NAME: 'model-table',
      OVERFLOW_BUCKET_NAME: 'model-overflow',
      RESULTS_QUEUE_URL,
      ...(backfillShare > 0 && { BACKFILL_QUEUE_URL }),
      RATE_LIMIT_CALLS: String(limits.windowCalls),
      MAX_CONCURRENT_CALLS: String(limits.slots),
      DAILY_QUOTA: String(limits.dayCalls),
      RETRY_MAX_ATTEMPTS: String(limits.retryMaxAttempts),
      RETRY_MAX_AGE_SECONDS: String(limits.retryMaxAgeSeconds),
      ALLOWED_OPERATIONS: '*',
      UNKNOWN_FIELDS: scenario.fields?.unknownFields ?? 'send',
      SCHEMA_CHANGE_HOLD_HOURS: String(scenario.fields?.holdHours ?? 0),
    });
  known.set(scenario, settings);
  return settings;
}

function toEvent(messages: readonly StoredMessage[]): SQSEvent {
  const Records = messages.map(({ id, body, attributes, receiveCount, sentAtMs, lane }) => ({
    messageId: id,
    eventSourceARN: lane === 'backfill' ? 'arn:aws:sqs:model:0:backfill' : 'arn:aws:sqs:model:0:queue',
    receiptHandle: `${id}#${receiveCount}`,
    body,
    attributes: { ApproximateReceiveCount: String(receiveCount), SentTimestamp: String(Math.floor(sentAtMs)) },
    messageAttributes: attributes,
  }));
  return { Records } as unknown as SQSEvent;
}

export type { Plant };
export { settingsOf, Worker };
