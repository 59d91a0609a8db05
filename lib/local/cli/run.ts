import { setTimeout as sleep } from 'node:timers/promises';
import { LOCAL_LATENCY, localFaults } from '../../fake-marketo/local-faults.ts';
import type { FakeMarketoOptions } from '../../fake-marketo/options.ts';
import { DEFAULT_LIMITS } from '../../ledger/limits.ts';
import type { Log } from '../../ports.ts';
import { SETTING_NAMES } from '../../settings/names.ts';
import { keepRun } from '../journal/keep-run.ts';
import { type LocalRelay, type LocalRelayOptions, startLocalRelay } from '../relay.ts';
import type { PublishedMessage } from '../report/accounting.ts';
import type { RunFacts, Summary } from '../report/summary.ts';
import { createTally } from '../report/tally.ts';
import { keptMarketo } from '../serve/keep-marketo.ts';
import { openServing, type ServingPlace } from '../serve/place.ts';
import type { ServedRelay } from '../serve/server.ts';
import type { RunOptions } from './arguments.ts';
import { conclude } from './conclude.ts';
import type { Screen } from './layout.ts';
import type { FileMessage } from './ndjson.ts';
import { outcomeLine } from './outcome-line.ts';
import { createProblems } from './problems.ts';
import type { ProgressOutput } from './progress.ts';
import { renderEndpoints, renderStart } from './render-start.ts';
import { watch } from './watch.ts';

interface RunInput {
  readonly options: RunOptions;
  readonly source: { readonly path: string; readonly messages: readonly FileMessage[] } | undefined;
  /** For the reader, before the run. */
  readonly tell: (text: string) => Promise<void>;
  readonly screen: Screen;
  readonly output: ProgressOutput;
  readonly log: Log;
  readonly interrupted: AbortSignal;
  /** Where a relay that serves listens and keeps what it keeps. */
  readonly serving?: ServingPlace;
  /** Where its journal is kept when it ends; not of a relay that serves. */
  readonly keepIn?: string;
  /** Told of what can be looked for there. */
  readonly onKept?: (example: string) => void;
  /** Overrules how the relay is started. */
  readonly relay?: LocalRelayOptions;
}

/** How long emulators may take to stop. */
const GRACE_MS = 10_000;
/** How long running batches may take to be settled after Ctrl-C: what they have delivered must not look undelivered. */
const SETTLE_MS = 45_000;
/** Log lines that say why there is no token: without one nothing goes, and the reader should not have to guess. */
const TOKEN_TROUBLE = new Set(['identity failed', 'identity refused the credentials', 'no token']);

/** Starts the relay, publishes, watches, and gives the summary. */
async function run(input: RunInput): Promise<Summary> {
  const { options, source, output } = input;
  const { observe, tally } = createTally();
  const problems = createProblems(output);
  let heldBy: string | undefined;
  const relay = await startLocalRelay({
    ...relayOptions(options, await keptData(input.serving)),
    ...(input.serving === undefined ? {} : { ports: input.serving.ports, ...input.serving.kept }),
    ...input.relay,
    log: withTokenTrouble(input.log, problems.add),
    observe: (event) => {
      observe(event);
      heldBy = event.kind === 'waited' ? event.reason : event.kind === 'call' ? undefined : heldBy;
      const line = options.serve ? outcomeLine(event) : undefined;
      if (line !== undefined) output.note(line);
    },
    onInvocation: ({ batchFailure }) =>
      batchFailure !== undefined && problems.add(`An invocation failed: ${batchFailure}.`),
    onStartFailure: problems.startFailed,
    onError: (error) => problems.add(`A request to the local queue failed: ${String(error)}`),
  });
  let served: ServedRelay | undefined;
  try {
    const facts = factsOf(options, relay);
    const messages = source?.messages ?? [];
    await input.tell(renderStart(facts, source && { path: source.path, messages: messages.length }, input.screen));
    if (input.serving !== undefined) {
      served = await openServing(relay, input.serving, input.log);
      await input.tell(renderEndpoints(relay, served, input.screen));
    }

    const startedAtMs = Date.now();
    const published = await publishAll(relay, messages);
    const end = await watch({
      relay,
      tally,
      output,
      published: published.length,
      serve: options.serve,
      startedAtMs,
      timeLimitMs: options.timeLimitSeconds * 1000,
      interrupted: input.interrupted,
      startFailed: problems.cannotStart,
      heldBy: () => heldBy,
    });
    if (end !== 'drained') await Promise.race([relay.stopDelivery(), pause(SETTLE_MS)]);
    const durationMs = Date.now() - startedAtMs;
    if (input.keepIn !== undefined) await keep(relay, input.keepIn, messages, input.onKept);
    return await conclude(relay, {
      end,
      tally,
      published,
      facts,
      durationMs,
      problems: problems.list(),
      serve: options.serve,
    });
  } finally {
    await served?.stop();
    await Promise.race([relay.stop(), pause(GRACE_MS)]);
  }
}

/** A folder that cannot be written takes nothing away from the run. */
async function keep(
  relay: LocalRelay,
  folder: string,
  messages: readonly FileMessage[],
  onKept: RunInput['onKept'] = () => {},
): Promise<void> {
  const example = await keepRun(
    relay,
    folder,
    messages.map(({ body }) => body),
  ).catch(() => undefined);
  if (example !== undefined) onKept(example);
}

function withTokenTrouble(log: Log, add: (problem: string) => void): Log {
  const watched =
    (level: 'warn' | 'error') =>
    (message: string, fields?: Record<string, unknown>): void => {
      log[level](message, fields);
      if (TOKEN_TROUBLE.has(message)) add(`No token: ${String(fields?.detail ?? message)}.`);
    };
  return { ...log, warn: watched('warn'), error: watched('error') };
}

async function keptData(serving: ServingPlace | undefined): Promise<Pick<FakeMarketoOptions, 'data'>> {
  const folder = serving?.kept.stateFolder;
  const data = folder === undefined ? undefined : await keptMarketo(folder);
  return data === undefined ? {} : { data };
}

function relayOptions(options: RunOptions, kept: Pick<FakeMarketoOptions, 'data'>): LocalRelayOptions {
  // The fake allows what the ledger keeps to: one call more, and it says so.
  const limits = { rateLimitCalls: options.rateLimitCalls, maxConcurrentCalls: options.maxConcurrentCalls };
  return {
    limits: { windowCalls: limits.rateLimitCalls, slots: limits.maxConcurrentCalls },
    allowedOperations: options.allowedOperations,
    settings: {
      [SETTING_NAMES.isolate]: options.isolate,
      // From the shell, as `UNKNOWN_FIELDS=send npm start -- --serve`: what the relay finds by itself would hide Marketo's own codes.
      [SETTING_NAMES.unknownFields]: process.env[SETTING_NAMES.unknownFields] ?? '',
    },
    ...(options.marketo === undefined
      ? { fake: { ...limits, seed: options.seed, latencyMs: LOCAL_LATENCY, ...faultsFor(options), ...kept } }
      : { marketo: options.marketo }),
  };
}

/** A relay to practise on has the faults that are asked for, and no others; its page shows the last calls. */
function faultsFor({ serve, seed }: RunOptions): Pick<FakeMarketoOptions, 'faults' | 'callLogSize'> {
  return serve ? { callLogSize: 50 } : { faults: localFaults(seed) };
}

function factsOf(options: RunOptions, relay: LocalRelay): RunFacts {
  return {
    marketo: { kind: relay.fake === undefined ? 'real' : 'fake', url: relay.marketoUrl },
    seed: options.seed,
    rateLimitCalls: options.rateLimitCalls,
    rateLimitWindowSeconds: DEFAULT_LIMITS.windowMs / 1000,
    maxConcurrentCalls: options.maxConcurrentCalls,
  };
}

async function publishAll(relay: LocalRelay, messages: readonly FileMessage[]): Promise<readonly PublishedMessage[]> {
  const messageIds = await relay.publish(messages.map((message) => message.body));
  return messages.map(({ body: _, ...message }, index) => ({ ...message, messageId: messageIds[index] ?? '' }));
}

async function pause(durationMs: number): Promise<void> {
  await sleep(durationMs, undefined, { ref: false });
}

export type { RunInput };
export { run };
