import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { HttpRequest } from '../../../lib/marketo/http.ts';
import { composeDelivery } from '../../../lib/runtime/compose.ts';
import { type DeliveryHandler, handlerOver } from '../../../lib/runtime/delivery.ts';
import { readSettings } from '../../../lib/settings/settings.ts';
import { Dice } from '../../../lib/simulation/dice.ts';
import { NO_FAULTS } from '../../../lib/simulation/faults.ts';
import { Life } from '../../../lib/simulation/life.ts';
import {
  createDynamoDb,
  createS3,
  createSecretsManager,
  createSqs,
  DEAD_LETTER_QUEUE_URL,
  QUEUE_URL,
  RESULTS_QUEUE_URL,
} from '../../../lib/simulation/model/clients.ts';
import { TAINT } from '../../../lib/simulation/model/identity.ts';
import { drawScenario, NEVER_MS } from '../../../lib/simulation/scenario.ts';
import { World } from '../../../lib/simulation/world.ts';
import { drawReply } from './replies.ts';

const ORIGIN = 'https://model.mktorest.com';
/** Limits that are never met: what is fuzzed is what comes in. */
const SETTINGS = readSettings({
  MARKETO_BASE_URL: ORIGIN,
  MARKETO_SECRET_ID: 'model-secret',
  QUEUE_URL,
  DEAD_LETTER_QUEUE_URL,
  LEDGER_TABLE_NAME: 'model-table',
  ALLOWED_OPERATIONS: '*',
  OVERFLOW_BUCKET_NAME: 'model-overflow',
  RESULTS_QUEUE_URL,
  RATE_LIMIT_CALLS: '200',
  MAX_CONCURRENT_CALLS: '30',
  DAILY_QUOTA: '100000000',
});
const TOKEN = `${TAINT}-token-fuzz:int`;
const FUNCTION_TIMEOUT_MS = 420_000;
const REPLY_MS = 20;

interface FuzzOutcome {
  readonly response: SQSBatchResponse | undefined;
  readonly error: unknown;
  readonly calls: readonly HttpRequest[];
  /** Everything on both queues and in the store, and everything logged. */
  readonly written: string;
  readonly logged: string;
}

/** One execution environment over models that do not fail, before a Marketo that answers anything. */
class FuzzHarness {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #handler: DeliveryHandler;
  #calls: HttpRequest[] = [];
  #logged: string[] = [];
  replies = 0;

  constructor(seed: number) {
    const scenario = {
      ...drawScenario(seed),
      messages: 0,
      poison: 0,
      uncopiable: 0,
      faults: NO_FAULTS,
      faultsMs: 0,
      tableOutageMs: NEVER_MS,
    };
    this.#world = new World(scenario, false);
    this.#dice = new Dice(seed).stream('fuzz');
    const calm = { death: () => 0, freeze: () => 0, onDeath: () => {}, onFreeze: () => {} };
    const world = this.#world;
    const life = new Life(world.time, new Dice(seed), 0, calm);
    const secrets = JSON.stringify({ clientId: 'model', clientSecret: `${TAINT}-secret-fuzz` });
    const line = (message: string, fields?: object): void =>
      void this.#logged.push(message + JSON.stringify(fields ?? {}));
    const deps = composeDelivery(SETTINGS, {
      dynamoDb: createDynamoDb(world, life, this.#dice),
      sqs: createSqs(world, life, this.#dice, () => {}),
      s3: createS3(world, life, this.#dice),
      secretsManager: createSecretsManager(world, life, this.#dice, () => secrets),
      transport: (request) => life.through(() => this.#answer(request)),
      clock: life.clock,
      random: this.#dice.random,
      log: { debug: line, info: line, warn: line, error: line },
      observe: (event) => line('event', event),
    });
    this.#handler = handlerOver(deps);
  }

  /** One invocation, to its end. */
  async invoke(event: SQSEvent): Promise<FuzzOutcome> {
    const { time, queue, deadLetters, table } = this.#world;
    this.#calls = [];
    this.#logged = [];
    const outcome: { response?: SQSBatchResponse; error?: unknown; isOver: boolean } = { isOver: false };
    const endsAtMs = time.nowMs + FUNCTION_TIMEOUT_MS;
    this.#handler(event, { getRemainingTimeInMillis: () => endsAtMs - time.nowMs }).then(
      (response) => Object.assign(outcome, { response, isOver: true }),
      (error: unknown) => Object.assign(outcome, { error, isOver: true }),
    );
    await time.run(() => outcome.isOver, endsAtMs);
    const messages = [...queue.messages.values(), ...deadLetters.messages.values()];
    const written = [
      ...messages.map(({ body, attributes }) => body + JSON.stringify(attributes)),
      ...this.#world.store.objects.values(),
    ].join('\n');
    for (const { id } of messages) for (const one of [queue, deadLetters]) one.delete(id);
    // Tokens, permits and circuit are of no interest here, and a stopped line would end the fuzzing.
    table.items.clear();
    this.#world.store.objects.clear();
    return {
      response: outcome.response,
      error: outcome.isOver ? outcome.error : new Error('the handler does not end'),
      calls: this.#calls,
      written,
      logged: this.#logged.join('\n'),
    };
  }

  async #answer(request: HttpRequest) {
    await this.#world.time.sleep(REPLY_MS);
    if (request.url.startsWith(`${ORIGIN}/identity/`)) {
      const body = JSON.stringify({ access_token: TOKEN, token_type: 'bearer', expires_in: 3_600 });
      return { kind: 'reply', status: 200, headers: {}, body, complete: true } as const;
    }
    this.#calls.push(request);
    this.replies += 1;
    return drawReply(request, this.#dice);
  }
}

export type { FuzzOutcome };
export { FuzzHarness, ORIGIN };
