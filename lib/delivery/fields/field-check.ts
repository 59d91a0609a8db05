import { isObject, type JsonObject } from '../../marketo/request.ts';
import type { Message } from '../../message/message.ts';
import { type Finding, findingsIn } from '../../schema/check-record.ts';
import { missingInForm } from '../../schema/form-fields.ts';
import type { ObjectType } from '../../schema/object-schema.ts';
import { isCertain } from '../../schema/schema-state.ts';
import { withoutFields } from '../../schema/without-fields.ts';
import type { WaitCode } from '../../settings/relay-codes.ts';
import type { CallResult } from '../call/call-result.ts';
import type { PendingWork } from '../call/pending-work.ts';
import { rejectWithdrawn } from '../call/reject-unsent.ts';
import { complete, type SendOnceSession } from '../call/send-once-session.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Outcome, Outcomes } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { type Call, messagesOf, type WorkItem } from '../work-item.ts';
import { contradictionIn, NO_SUCH_FIELD, saidOfFields } from './contradiction.ts';
import type { FieldRules } from './field-rules.ts';
import { fieldVerdict } from './field-verdict.ts';
import { type KnownSchemas, readSchemas, type Surroundings } from './known-schemas.ts';
import { withSchemaKeys } from './schema-keys.ts';

/**
 * Looks at the fields of records before a call is spent on them, as far as the subscription's schema is known
 * (docs/decisions/019-fields.md).
 *
 *     record with a field that the schema lacks
 *       -> taken out of the list, the others go on
 *       -> described within the last minute? else now, if that may be
 *       -> there after all: back into the list
 *          gone since an earlier Describe: held on the queue, up to a setting
 *          not there: dead letter, or sent without it
 *          not to be known: back into the list, and sent as it is
 *
 * Nothing here throws, and nobody waits for a schema but whoever has a field that it lacks.
 */
interface FieldCheck {
  /** The messages, with the keys that their schemas give. */
  readonly messages: readonly Message[];
  /** Resolves when what is known of the fields is read. */
  readonly ready: Promise<void>;
  /** Takes out of the list what has such a field. Resolves when each of them has an outcome, or is back; undefined when there is none. */
  examine(work: PendingWork): Promise<void> | undefined;
  /**
   * After a call: where its reply says what the schema does not, the type is described again. Where that shows which records
   * were at fault, the call is not parted: it is made again without them.
   */
  afterCall(call: Call, result: CallResult): Promise<CallResult>;
  /** Describes what is in use and was not for an hour, where there is a permit at once. */
  refresh(): Promise<void>;
}

interface FieldContext extends Surroundings {
  readonly sendOnce: SendOnceSession;
}

/** Object types that one invocation describes by the hour: the next one goes on. */
const MAX_REFRESHED = 3;

/** Reads the schemas of what the messages are about. Without rules, nothing is looked at. */
async function createFieldCheck(messages: readonly Message[], context: FieldContext): Promise<FieldCheck> {
  const rules = context.deps.fields;
  if (rules === undefined) return unchecked(messages);
  const schemas = readSchemas(messages, rules, context);
  // The keys must be known before anything is planned; all else is read beside the token.
  if (schemas.types.some(isCustomObject)) await schemas.ready;
  const nowMs = context.deps.clock.nowMs();
  const keyed = messages.map((message) => {
    const type = schemas.typesOf(message).find(isCustomObject);
    return type === undefined ? message : withSchemaKeys(message, schemas.state(type), nowMs);
  });
  return checkOver(keyed, schemas, rules, context);
}

function isCustomObject(type: ObjectType): boolean {
  return type.startsWith('customobjects/');
}

function unchecked(messages: readonly Message[]): FieldCheck {
  return {
    messages,
    ready: Promise.resolve(),
    examine: () => undefined,
    afterCall: async (_, result) => result,
    refresh: async () => {},
  };
}

function checkOver(
  messages: readonly Message[],
  schemas: KnownSchemas,
  rules: FieldRules,
  context: FieldContext,
): FieldCheck {
  const { deps } = context;
  const { clock, random } = deps;
  /** Those that nothing could be found out about: they go as they are. */
  const sentAnyway = new WeakSet<WorkItem>();
  const isChecking = rules.unknownFields !== 'send' && schemas.types.length > 0;
  const ready = schemas.ready.then(() => {
    if (isChecking) warnOfForms(messages, schemas, context);
  });

  function findingsOf(item: WorkItem): readonly Finding[] {
    const { request, endpoint } = item.message;
    return findingsIn(request, endpoint, recordsIn(item), schemas.view);
  }

  function examine(work: PendingWork): Promise<void> | undefined {
    if (!isChecking) return undefined;
    const taken = work.withdraw((item) => !sentAnyway.has(item) && findingsOf(item).length > 0);
    return taken.length === 0 ? undefined : decide(work, taken);
  }

  async function decide(work: PendingWork, taken: readonly WorkItem[]): Promise<void> {
    const wanted = new Set(taken.flatMap((item) => findingsOf(item).flatMap(({ types }) => types)));
    const stale = [...wanted].filter((type) => !isKnownNow(type));
    const waits = new Map(
      await Promise.all(stale.map(async (type) => [type, await schemas.look(type, 'look')] as const)),
    );
    const back = new Map<WorkItem, WorkItem>();
    const waiting = new Map<WorkItem, Outcome>();
    const verdicts = new Map<WorkItem, Verdict>();
    for (const item of taken) {
      const findings = findingsOf(item);
      const unsure = [...new Set(findings.flatMap(({ types }) => types))].filter((type) => !isKnownNow(type));
      const waitMs = Math.max(0, ...unsure.map((type) => waits.get(type) ?? 0));
      const heldMs = heldFor(findings);
      if (findings.length === 0 || (unsure.length > 0 && waitMs === 0)) {
        if (findings.length > 0) sentAnyway.add(item);
        back.set(item, item);
      } else if (unsure.length > 0) {
        waiting.set(item, wait('fieldLookup', waitMs + random() * DELIVERY_POLICY.requeueSpreadMs));
      } else if (heldMs > 0) {
        waiting.set(item, wait('schemaChange', Math.min(heldMs, DELIVERY_POLICY.schemaChangeWaitMs)));
      } else if (rules.unknownFields === 'strip' && findings.every(canBeStripped)) {
        back.set(item, stripped(item, findings));
      } else {
        verdicts.set(item, fieldVerdict(findings, schemas));
      }
    }
    tellHeld(waiting);
    work.decide(waiting);
    work.restore(back);
    const dead = [...verdicts.keys()];
    await rejectWithdrawn(work, dead, (item) => verdicts.get(item), context);
    // What is left of a message is still claimed: its record is completed with the last of it.
    const ended = messagesOf(dead).filter((one) => work.isDecided(one));
    await Promise.all(ended.map((one) => complete(one, work, context.sendOnce)));
  }

  function isKnownNow(type: ObjectType): boolean {
    const state = schemas.state(type);
    return state?.schema !== undefined && isCertain(state, clock.nowMs());
  }

  /** How much longer the longest-awaited of its fields may come back. */
  function heldFor(findings: readonly Finding[]): number {
    const ends = findings.flatMap((one) => (one.kind === 'unknown' && one.removedAtMs) || []);
    return Math.max(0, ...ends.map((removedAtMs) => removedAtMs + rules.holdMs - clock.nowMs()));
  }

  /** For as long as messages are held, the alarm says so. */
  function tellHeld(outcomes: Outcomes): void {
    const held = [...outcomes].filter(([, one]) => one.kind === 'requeue' && one.code === 'schemaChange');
    const [first] = held;
    const type = first && schemas.typesOf(first[0].message)[0];
    if (type !== undefined) deps.observe({ kind: 'schemaChanged', type, fields: 0 });
  }

  async function afterCall(call: Call, result: CallResult): Promise<CallResult> {
    const [item] = call.items;
    const said = isChecking && item !== undefined ? saidOfFields(result) : [];
    if (item === undefined || said.length === 0) return result;
    let waitMs = 0;
    for (const type of schemas.typesOf(item.message)) {
      const contradiction = contradictionIn(said, schemas.view(type));
      if (contradiction === 'invalid') await schemas.look(type, 'contradiction');
      if (contradiction === 'missing') waitMs = Math.max(waitMs, await schemas.look(type, 'look'));
    }
    const isShown = call.items.some((one) => !sentAnyway.has(one) && findingsOf(one).length > 0);
    if (result.kind === 'failed' && isShown) return { kind: 'notSent', outcomes: result.outcomes, items: call.items };
    return result.kind === 'decided' ? { ...result, outcomes: reconsidered(result.outcomes, waitMs) } : result;
  }

  /** What Marketo has refused for a field that has gone is held like what comes after it. */
  function reconsidered(outcomes: Outcomes, waitMs: number): Outcomes {
    const changed = new Map(outcomes);
    for (const [item, outcome] of outcomes) {
      if (outcome.kind !== 'dead' || outcome.verdict.code !== NO_SUCH_FIELD || outcome.outcomeUnknown) continue;
      const heldMs = heldFor(findingsOf(item));
      if (heldMs > 0) changed.set(item, wait('schemaChange', Math.min(heldMs, DELIVERY_POLICY.schemaChangeWaitMs)));
      // Describe said otherwise, too long ago, and cannot be asked again yet.
      else if (waitMs > 0) changed.set(item, wait('fieldLookup', waitMs));
    }
    tellHeld(changed);
    return changed;
  }

  async function refresh(): Promise<void> {
    for (const type of schemas.types.slice(0, MAX_REFRESHED)) await schemas.look(type, 'hourly');
  }

  return { messages, ready, examine, afterCall, refresh };
}

function wait(code: WaitCode, delayMs: number): Outcome {
  return { kind: 'requeue', reason: 'wait', code, delayMs };
}

/** Its record, or all of a message that stands or falls as a whole. */
function recordsIn({ record, sentAs, message, request = message.request }: WorkItem): readonly JsonObject[] {
  if (record !== undefined) return [sentAs ?? record.value];
  const input = request.body?.input;
  return Array.isArray(input) ? input.filter(isObject) : [];
}

/** Without its lookup field a request would mean another, and a wrong value is no field too many. */
function canBeStripped(finding: Finding): boolean {
  return finding.kind === 'unknown' && finding.isLookup !== true;
}

function stripped(item: WorkItem, findings: readonly Finding[]): WorkItem {
  const names = [...new Set(findings.map(({ field }) => field))];
  const type = findings[0]?.types[0] ?? 'leads';
  const { record, message } = item;
  if (record !== undefined) {
    const sentAs = withoutFields(type, record.value, names);
    return { ...item, sentAs, bytes: Buffer.byteLength(JSON.stringify(sentAs)), stripped: names };
  }
  const input = recordsIn(item).map((one) => withoutFields(type, one, names));
  return { ...item, request: { ...message.request, body: { ...message.request.body, input } }, stripped: names };
}

/** What a form calls required is stale at times: Marketo decides. */
function warnOfForms(messages: readonly Message[], schemas: KnownSchemas, { deps: { log } }: FieldContext): void {
  for (const message of messages) {
    const [type] = schemas.typesOf(message);
    const form = type?.startsWith('forms/') ? schemas.view(type) : undefined;
    const [record] = form === undefined ? [] : recordsIn({ message, keys: [], setKeys: [], bytes: 0 });
    if (form === undefined || record === undefined) continue;
    const fields = missingInForm(record, form, schemas.view('leads'));
    const { relayId } = message.state;
    if (fields.length > 0)
      log.warn('a submission lacks fields that its form calls required', { relayId, type, fields });
  }
}

export type { FieldCheck };
export { createFieldCheck };
