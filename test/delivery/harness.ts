import type { TokenAnswer } from '../../lib/access-token/token-keeper.ts';
import type { DeadLetterPublisher } from '../../lib/dead-letter/publish.ts';
import type { DeadLetter } from '../../lib/dead-letter/types.ts';
import type { PositionNotes, SendOnce } from '../../lib/delivery/call/send-once.ts';
import { deliverBatch } from '../../lib/delivery/deliver.ts';
import type { DeliveryDeps } from '../../lib/delivery/deps.ts';
import type { FieldRules } from '../../lib/delivery/fields/field-rules.ts';
import { createMemoryMarks } from '../../lib/delivery/order/memory-marks.ts';
import type { OrderMarks } from '../../lib/delivery/order/order-marks.ts';
import type { JournalEntry } from '../../lib/journal/entry.ts';
import { DEFAULT_LIMITS, type LedgerLimits } from '../../lib/ledger/limits.ts';
import { createMemoryRegister } from '../../lib/ledger/memory-register.ts';
import { createSharedLedger } from '../../lib/ledger/shared-ledger.ts';
import type { HttpReply, HttpRequest } from '../../lib/marketo/http.ts';
import type { Json, JsonObject } from '../../lib/marketo/request.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import type { OutgoingMessage, Queue, ReceivedMessage } from '../../lib/message/queue.ts';
import type { Result } from '../../lib/results/result.ts';
import { createMemorySchemaRegister } from '../../lib/schema/memory-schema-register.ts';
import { createSchemas } from '../../lib/schema/schema-keeper.ts';
import { seeded } from '../../lib/simulation/seeded.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';
import { VirtualTime } from '../../lib/simulation/virtual-time.ts';
import type { DeliveryEvent } from '../../lib/telemetry/events.ts';
import { createMemoryFiles } from './memory-files.ts';

/** One call as the scripted Marketo sees it. */
interface SentCall {
  readonly request: HttpRequest;
  /** `input` of a JSON body; empty for other requests. */
  readonly input: readonly JsonObject[];
  readonly token: string;
  /** How many calls came before. */
  readonly index: number;
  readonly sentAtMs: number;
  endedAtMs: number;
}

type Script = (call: SentCall) => HttpReply;

interface WorldOptions {
  readonly script: Script;
  readonly limits?: Partial<LedgerLimits>;
  readonly seed?: number;
  /** How long Marketo takes for each call. @default 200 */
  readonly latencyMs?: number | ((index: number) => number);
  readonly retryMaxAttempts?: number;
  readonly retryMaxAgeMs?: number;
  readonly sendOnce?: SendOnce;
  /** @default in memory; `none`: retries may be overtaken */
  readonly orderMarks?: OrderMarks | 'none';
  readonly allowedOperations?: readonly string[];
  /** What is made of fields; `schemas` may be shared by several worlds. @default nothing */
  readonly fields?: Partial<FieldRules>;
  /** @default 'record' */
  readonly isolate?: DeliveryDeps['isolate'];
}

/** One batch, settled. */
interface Settled {
  readonly unsettled: ReadonlySet<string>;
  readonly copies: readonly OutgoingMessage[];
  readonly letters: readonly DeadLetter[];
  readonly calls: readonly SentCall[];
}

const START_MS = Date.parse('2027-03-01T12:00:00Z');
const FUNCTION_MS = 420_000;
/** Rounds through the queue that a test waits for; the budget of attempts ends a message long before. */
const MAX_ROUNDS = 200;
/** Far from every limit: what is tested is not the ledger. */
const PLENTY: Partial<LedgerLimits> = { windowCalls: 1_000_000, slots: 10, dayCalls: 1_000_000_000 };

/**
 * The real delivery code with everything around it in memory: a queue that remembers what is put back, a ledger in a
 * memory register, a scripted Marketo, time that passes by itself. Nothing waits, nothing listens.
 *
 * @example
 * const world = new World({ script: (call) => done(call.input) });
 * const { letters, copies } = await world.deliver(world.messages([{ path: '/rest/v1/leads.json', body: { input } }]));
 */
class World {
  /** Calls of the usage endpoint, which belong to no message. */
  healthChecks = 0;
  isDown = false;
  readonly time = new VirtualTime(START_MS);
  readonly calls: SentCall[] = [];
  readonly letters: DeadLetter[] = [];
  readonly copies: OutgoingMessage[] = [];
  readonly holds: { receiptHandle: string; seconds: number }[] = [];
  /** What a living worker keeps hidden, and what it deletes before its end. */
  readonly extensions: { handles: readonly string[]; seconds: number }[] = [];
  readonly deleted: string[] = [];
  readonly journal: JournalEntry[] = [];
  readonly results: Result[] = [];
  readonly events: DeliveryEvent[] = [];
  readonly files = createMemoryFiles();
  readonly deps: DeliveryDeps;
  /** Set to refuse copies, letters or results. */
  accepts: (what: 'copy' | 'letter' | 'result') => boolean = () => true;
  #tokens = 0;
  #received = 0;

  constructor(options: WorldOptions) {
    const clock = this.time.clock();
    const random = seeded(options.seed ?? 1);
    const limits = { ...DEFAULT_LIMITS, ...PLENTY, ...options.limits };
    const accepted = { accepted: true } as const;
    const refused = { accepted: false, error: 'refused by the test' } as const;
    const queue: Queue = {
      send: async (messages) =>
        messages.map((message) => {
          if (!this.accepts('copy')) return refused;
          this.copies.push(message);
          return accepted;
        }),
      extendVisibility: async (receiptHandle, seconds) => {
        this.holds.push({ receiptHandle, seconds });
        return true;
      },
      extendVisibilityBatch: async (handles, seconds) => {
        this.extensions.push({ handles, seconds });
        return handles.map(() => true);
      },
      deleteBatch: async (handles) => {
        this.deleted.push(...handles);
        return handles.map(() => true);
      },
    };
    const deadLetters: DeadLetterPublisher = {
      send: async (letters) =>
        letters.map((letter) => {
          if (!this.accepts('letter')) return refused;
          this.letters.push(letter);
          return accepted;
        }),
    };
    const token = (): TokenAnswer => ({ kind: 'token', token: new Secret(`token-${this.#tokens}`) });
    this.deps = {
      baseUrl: 'https://123-abc-456.mktorest.com',
      transport: (request, { bearer }) => this.#send(request, bearer ?? '', options),
      ledger: createSharedLedger({ register: createMemoryRegister(), limits, clock, random, log: silentLog }),
      tokens: {
        current: async () => token(),
        replace: async (failed) => {
          if (failed.reveal() === `token-${this.#tokens}`) this.#tokens += 1;
          return token();
        },
      },
      ...(options.orderMarks !== 'none' && { orderMarks: options.orderMarks ?? createMemoryMarks(clock) }),
      sendOnce: options.sendOnce ?? createMemorySendOnce(() => clock.nowMs()),
      queue,
      deadLetters,
      files: this.files,
      overflow: {
        bucket: 'letters',
        put: async () => {},
        get: async (key) => {
          throw new Error(`no object ${key}`);
        },
      },
      results: {
        send: async (results) =>
          results.map((result) => {
            if (!this.accepts('result')) return refused;
            this.results.push(result);
            return accepted;
          }),
      },
      journal: { write: async (entries) => void this.journal.push(...entries) },
      clock,
      random,
      log: silentLog,
      observe: (event) => this.events.push(event),
      limits: {
        windowCalls: limits.windowCalls,
        windowMs: limits.windowMs,
        retryMaxAttempts: options.retryMaxAttempts ?? 8,
        retryMaxAgeMs: options.retryMaxAgeMs ?? 86_400_000,
        ...(options.allowedOperations === undefined ? {} : { allowedOperations: options.allowedOperations }),
      },
      ...(options.fields && {
        fields: {
          schemas: createSchemas(createMemorySchemaRegister(), { clock, log: silentLog }),
          unknownFields: 'letter',
          holdMs: 86_400_000,
          ...options.fields,
        },
      }),
      isolate: options.isolate ?? 'record',
      secrets: () => [new Secret(`token-${this.#tokens}`)],
    };
  }

  /** Queue records of these bodies, as received for the first time. */
  messages(bodies: readonly unknown[], overrides: Partial<ReceivedMessage> = {}): readonly ReceivedMessage[] {
    return bodies.map((body) => this.#receive(typeof body === 'string' ? body : JSON.stringify(body), overrides));
  }

  /** A copy as the queue would bring it. */
  received(copy: OutgoingMessage): ReceivedMessage {
    return this.#receive(copy.body, { attributes: copy.attributes });
  }

  /** One invocation, from now. */
  async deliver(records: readonly ReceivedMessage[], forMs = FUNCTION_MS): Promise<Settled> {
    const before = { copies: this.copies.length, letters: this.letters.length, calls: this.calls.length };
    const unsettled = await this.time.finish(deliverBatch(records, this.deps, this.time.nowMs + forMs));
    return {
      unsettled,
      copies: this.copies.slice(before.copies),
      letters: this.letters.slice(before.letters),
      calls: this.calls.slice(before.calls),
    };
  }

  /**
   * Delivers, and again what goes back as soon as the last of it is visible, until nothing goes back.
   *
   * @param between looks at what each batch left on the queue.
   */
  async deliverAll(
    records: readonly ReceivedMessage[],
    forMs = FUNCTION_MS,
    between: (settled: Settled) => void = () => {},
  ): Promise<void> {
    let batch = records;
    for (let round = 0; batch.length > 0; round++) {
      if (round === MAX_ROUNDS) throw new Error(`still on the queue after ${MAX_ROUNDS} rounds`);
      const settled = await this.deliver(batch, forMs);
      between(settled);
      const inOrder = settled.copies.toSorted((a, b) => a.delaySeconds - b.delaySeconds);
      await this.time.finish(this.time.sleep((inOrder.at(-1)?.delaySeconds ?? 0) * 1_000));
      batch = inOrder.map((copy) => this.received(copy));
    }
  }

  #receive(body: string, overrides: Partial<ReceivedMessage>): ReceivedMessage {
    const messageId = `00000000-0000-4000-8000-${String(this.#received++).padStart(12, '0')}`;
    const base = { messageId, receiptHandle: messageId, attributes: {}, receiveCount: 1, sentAtMs: this.time.nowMs };
    return { ...base, body, ...overrides };
  }

  async #send(request: HttpRequest, token: string, { script, latencyMs = 200 }: WorldOptions): Promise<HttpReply> {
    if (request.url.endsWith('/stats/usage.json')) return this.#checkHealth();
    const sentAtMs = this.time.nowMs;
    const call = { request, input: inputOf(request), token, index: this.calls.length, sentAtMs, endedAtMs: sentAtMs };
    this.calls.push(call);
    await this.time.sleep(typeof latencyMs === 'number' ? latencyMs : latencyMs(call.index));
    call.endedAtMs = this.time.nowMs;
    return script(call);
  }

  /** Marketo works, whatever becomes of the calls of messages; unless `isDown` says otherwise. */
  async #checkHealth(): Promise<HttpReply> {
    this.healthChecks += 1;
    await this.time.sleep(200);
    return this.isDown ? page(503) : json({ success: true, result: [{ total: 0, users: [] }] });
  }
}

function inputOf({ body, headers }: HttpRequest): readonly JsonObject[] {
  if (body === undefined || !/json/.test(headers['Content-Type'] ?? '')) return [];
  const { input } = JSON.parse(body) as { input?: Json };
  return Array.isArray(input) ? (input as readonly JsonObject[]) : [];
}

/** Send-once records in memory. */
function createMemorySendOnce(nowMs: () => number): SendOnce {
  type Place = { readonly state: 'done' | 'unknown' } | { readonly state: 'started'; readonly leaseEndsAtMs: number };
  const records = new Map<string, Map<number, Place>>();
  const notes = new Map<string, PositionNotes>();
  let marks = 0;
  return {
    async claim(relayId, positions, leaseMs) {
      const places = records.get(relayId) ?? new Map<number, Place>();
      records.set(relayId, places);
      const untilMs = Math.max(
        0,
        ...[...places.values()].map((one) => (one.state === 'started' ? one.leaseEndsAtMs : 0)),
      );
      if (untilMs > nowMs()) return { kind: 'busy', waitMs: untilMs - nowMs() };
      for (const [position, { state }] of places) if (state === 'started') places.set(position, { state: 'unknown' });
      const inState = (state: string, among: Iterable<number>): number[] =>
        [...among].filter((position) => places.get(position)?.state === state);
      const before = { done: inState('done', places.keys()), unknown: inState('unknown', places.keys()) };
      const send = positions.filter((position) => !places.has(position));
      for (const position of send) places.set(position, { state: 'started', leaseEndsAtMs: nowMs() + leaseMs });
      const [done, unknown] = [inState('done', positions), inState('unknown', positions)];
      const noted = notes.get(relayId);
      return {
        kind: 'held',
        relayId,
        mark: String(marks++),
        send,
        done,
        unknown,
        before,
        ...(noted && { notes: noted }),
      };
    },
    async complete({ relayId, send }, ended, added) {
      if (added) notes.set(relayId, { ...notes.get(relayId), ...added });
      const places = records.get(relayId) ?? new Map<number, Place>();
      for (const position of send) {
        const state = ended.done.includes(position) ? 'done' : ended.unknown.includes(position) ? 'unknown' : undefined;
        if (state === undefined) places.delete(position);
        else places.set(position, { state });
      }
      return true;
    },
  };
}

function json(body: unknown, status = 200): HttpReply {
  const headers = { 'content-type': 'application/json' };
  return { kind: 'reply', status, headers, body: JSON.stringify(body), complete: true };
}

/** A success with an entry for each record. */
function done(
  input: readonly JsonObject[],
  entryOf: (record: JsonObject, index: number) => Json = (_record, index) => ({ id: 1_000 + index, status: 'created' }),
): HttpReply {
  return json({ requestId: 'e42b#14272d07d78', success: true, result: input.map(entryOf) });
}

/** A failure of the whole call. */
function failed(code: string | number, message = `fault ${code}`): HttpReply {
  return json({ requestId: 'e42b#14272d07d78', success: false, errors: [{ code, message }] });
}

function skipped(code: string, message = `reason ${code}`): Json {
  return { status: 'skipped', reasons: [{ code, message }] };
}

function page(
  status: number,
  text = `<html><body>${status}</body></html>`,
): Extract<HttpReply, { readonly kind: 'reply' }> {
  return { kind: 'reply', status, headers: { 'content-type': 'text/html' }, body: text, complete: true };
}

const LOST: HttpReply = { kind: 'noReply', reason: 'timeout', mayHaveExecuted: true, detail: 'no reply in time' };

/** The body of a message that upserts these people. */
function leads(...emails: readonly string[]): { readonly path: string; readonly body: JsonObject } {
  return { path: '/rest/v1/leads.json', body: { input: emails.map((email) => ({ email })) } };
}

export type { Script, SentCall, Settled, WorldOptions };
export { createMemorySendOnce, done, failed, json, LOST, leads, page, START_MS, skipped, World };
