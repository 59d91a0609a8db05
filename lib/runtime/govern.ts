import type { Context } from 'aws-lambda';
import { countQueued } from '../aws/count-queue.ts';
import { createDynamoDbLedgerRegister } from '../aws/dynamodb-ledger.ts';
import { createGovernMemory, createGovernPauseNotes } from '../aws/govern-items.ts';
import { bothMappings, createLambdaMapping } from '../aws/lambda-mapping.ts';
import { askMarketo } from '../govern/ask-marketo.ts';
import { type GovernDeps, govern, type MappingSwitch } from '../govern/govern.ts';
import { lineViewOf } from '../govern/line-view.ts';
import { BACKFILL_MAPPING_ID_NAME, MAPPING_ID_NAME } from '../settings/names.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import { createLambdaClient } from './clients.ts';
import { composeDelivery, ledgerLimits, type Platform } from './compose.ts';
import { type Overrides, systemClock, systemPlatform } from './delivery.ts';
import { createInvocationEnd } from './invocation-end.ts';

type GovernHandler = (event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<void>;

/** Composes what governing needs, for one execution environment. Makes no call. */
function composeGovern(
  settings: Settings,
  platform: Platform,
  mapping: MappingSwitch,
  leftMs: () => number,
): GovernDeps {
  const { clock, log, observe, sqs } = platform;
  const limits = ledgerLimits(settings);
  const subscription = new URL(settings.marketoBaseUrl).host;
  const item = { client: platform.dynamoDb, tableName: settings.ledgerTableName, subscription };
  const register = createDynamoDbLedgerRegister({ ...item, limits });
  const { baseUrl, ledger, tokens, transport } = composeDelivery(settings, platform);
  return {
    clock,
    log,
    observe,
    mapping,
    notes: createGovernPauseNotes(item),
    memory: createGovernMemory(item),
    readLine: async () => lineViewOf(await register.read(), limits, clock.nowMs()),
    countQueues: async () => {
      const { queueUrl, deadLetterQueueUrl, backfillQueueUrl } = settings;
      const [messages = 0, deadLetters = 0, backfill] = await Promise.all(
        [queueUrl, deadLetterQueueUrl, ...(backfillQueueUrl === undefined ? [] : [backfillQueueUrl])].map((url) =>
          countQueued(sqs, url),
        ),
      );
      return { messages, deadLetters, ...(backfill !== undefined && { backfill }) };
    },
    askMarketo: (purpose) => askMarketo(purpose, { baseUrl, ledger, tokens, transport, clock, log, leftMs }),
  };
}

/**
 * The handler of the function that governs: EventBridge calls it every minute.
 *
 * @throws SettingsError at once, naming every setting that is missing or malformed.
 */
function createGovernHandler(
  env: Readonly<Record<string, string | undefined>>,
  overrides: Overrides = {},
): GovernHandler {
  const settings = readSettings(env);
  const mappingId = env[MAPPING_ID_NAME];
  if (!mappingId) throw new Error(`${MAPPING_ID_NAME} is missing: set it to the UUID of the event source mapping`);
  const end = createInvocationEnd(systemClock.nowMs);
  const client = createLambdaClient({ leftMs: end.leftMs });
  const live = createLambdaMapping(client, mappingId);
  const backfillId = env[BACKFILL_MAPPING_ID_NAME];
  const mapping = backfillId ? bothMappings(live, createLambdaMapping(client, backfillId)) : live;
  const deps = composeGovern(settings, systemPlatform(overrides, end), mapping, end.leftMs);
  return async (_event, context) => {
    const deadlineMs = deps.clock.nowMs() + context.getRemainingTimeInMillis();
    end.set(deadlineMs);
    await govern(deps, deadlineMs);
  };
}

export type { GovernHandler };
export { composeGovern, createGovernHandler };
