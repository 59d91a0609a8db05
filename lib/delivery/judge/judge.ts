import { entryFor, verdictFor } from '../../marketo/catalogue/catalogue.ts';
import type { CatalogueEntry, CodeLevel, VerdictRule } from '../../marketo/catalogue/types.ts';
import type { Endpoint } from '../../marketo/endpoints/types.ts';
import type { MarketoError, NamedObject, ParsedReply, RecordOutcome } from '../../marketo/reply.ts';
import { recordOutcome } from '../../marketo/reply.ts';
import type { Json } from '../../marketo/request.ts';
import type { RelayCode } from '../../settings/relay-codes.ts';
import { DELIVERED, heaviest, type Verdict } from './verdict.ts';

/**
 * The step "judge": what a reply means. One verdict for the whole call, or one for each item; `disposition.ts` makes
 * outcomes of them. Pure and total: every reply that the HTTP client can return gets a verdict, and the absence of an
 * error alone never counts as success.
 */
type Judgement =
  | { readonly kind: 'whole'; readonly verdict: Verdict }
  | { readonly kind: 'each'; readonly verdicts: readonly Verdict[] };

/** What the judge needs to know of the request. */
interface JudgedCall {
  readonly endpoint: Endpoint;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** How many entries `result` must have; undefined where it does not answer the records one by one. */
  readonly records: number | undefined;
  /** How many messages the call carries: one of them may have made all of them fail. */
  readonly messages: number;
  /** How many can be told apart: `messages` where that is left out, or records. */
  readonly units?: number;
}

type MarketoReply = Extract<ParsedReply, { kind: 'marketo' }>;

/** Statuses of a record that Marketo has processed. Any other status without a reason does not count as success. */
const DONE: ReadonlySet<string> = new Set([
  'created',
  'updated',
  'deleted',
  'added',
  'removed',
  'memberof',
  'notmemberof',
  'success',
  'scheduled',
]);
const NOT_DONE = 'skipped';

/** As many as one request can carry. */
const MAX_OBJECTS = 300;
/** Numbers and GUIDs (Marketo: leads, custom-objects). */
const IDENTIFIER = /^[\w-]{1,64}$/;
/** Words of Marketo's for a state. */
const STATUS = /^[A-Za-z][A-Za-z _-]{0,39}$/;

function ruleOf(entry: CatalogueEntry, level: CodeLevel, message: string, call: JudgedCall): VerdictRule {
  const about = { level, circumstances: call.endpoint.circumstances, message };
  const rule = verdictFor(entry, { ...about, shared: (call.records ?? 1) > 1 });
  if (level === 'record') return rule;
  if ((call.units ?? call.messages) > 1) {
    // One message may be the cause of any rejection, with a value that a firewall dislikes, say. The others may pass.
    // Of the records of one message, what looks like the whole endpoint's is taken for that.
    return rule.kind === 'reject' && call.messages > 1 ? { kind: 'isolate' } : rule;
  }
  // In a call of its own it waits for what passes by itself.
  const alone = rule.kind === 'isolate' ? verdictFor(entry, { ...about, shared: false }) : rule;
  return alone.kind === 'retry' ? alone : rule;
}

function verdictOf(error: MarketoError, level: CodeLevel, call: JudgedCall, requestId: string | undefined): Verdict {
  const entry = entryFor(error.code, level);
  return {
    rule: ruleOf(entry, level, error.message, call),
    code: error.code,
    level,
    message: error.message || entry.name,
    errors: [error],
    executed: entry.executed,
    counted: entry.counted,
    ...(requestId !== undefined && { requestId }),
  };
}

function ofErrors(errors: readonly MarketoError[], level: CodeLevel, call: JudgedCall, requestId?: string): Verdict {
  const verdicts = errors.map((error) => verdictOf(error, level, call, requestId));
  const chosen = heaviest(verdicts);
  // If one error leaves open whether the request was executed, it is open for the whole.
  const executed = verdicts.some((one) => one.executed === 'unknown') ? 'unknown' : chosen.executed;
  return { ...chosen, errors, executed, counted: verdicts.some((one) => one.counted) };
}

/** The verdict of a reply that does not show what Marketo did. */
function unclear(message: string, requestId?: string): Verdict {
  return {
    rule: { kind: 'retry', pace: 'growing' },
    code: 'unreadableReply' satisfies RelayCode,
    level: 'relay',
    message,
    errors: [],
    executed: 'unknown',
    counted: true,
    ...(requestId !== undefined && { requestId }),
  };
}

function delivered(requestId: string | undefined): Verdict {
  return { ...DELIVERED, ...(requestId !== undefined && { requestId }) };
}

/** Journal and results keep them, and must hold nothing else that Marketo writes into these places. */
function namedIn({ id, status }: RecordOutcome): readonly NamedObject[] {
  const named = {
    ...(id !== undefined && IDENTIFIER.test(String(id)) && { id: String(id) }),
    ...(status !== undefined && STATUS.test(status) && { status }),
  };
  return Object.keys(named).length === 0 ? [] : [named];
}

function withObjects(verdict: Verdict, objects: readonly NamedObject[]): Verdict {
  return objects.length === 0 ? verdict : { ...verdict, objects };
}

/** The verdict that an entry of `result` itself gives; undefined for one that says nothing of its record. */
function evidenceOf(entry: Json, call: JudgedCall, requestId: string | undefined): Verdict | undefined {
  const outcome = recordOutcome(entry);
  const verdict = verdictOn(outcome, call, requestId);
  return verdict && withObjects(verdict, namedIn(outcome));
}

function verdictOn(
  { status = '', id, reasons }: RecordOutcome,
  call: JudgedCall,
  requestId: string | undefined,
): Verdict | undefined {
  const word = status.toLowerCase();
  if (DONE.has(word)) return delivered(requestId);
  if (reasons.length > 0) return ofErrors(reasons, 'record', call, requestId);
  if (word === '') return id === undefined ? undefined : delivered(requestId);
  const message = `record with status "${status}" and no reason`;
  const executed = word === NOT_DONE ? 'no' : 'unknown';
  return { ...unclear(message, requestId), rule: { kind: 'reject' }, executed };
}

function judgeRecords(result: readonly Json[], reply: MarketoReply, call: JudgedCall): Judgement {
  const { errors, requestId } = reply;
  const evidence = result.map((entry) => evidenceOf(entry, call, requestId));
  if (errors.length > 0 && evidence.every((one) => one === undefined)) {
    return { kind: 'whole', verdict: ofErrors(errors, 'response', call, requestId) };
  }
  const said = errors.map(({ code, message }) => `${code} ${message}`).join('; ');
  const silent = unclear(`record with neither status nor id nor reason${said && `; errors: ${said}`}`, requestId);
  return { kind: 'each', verdicts: evidence.map((one) => one ?? silent) };
}

/** Skipped, or with a reason where a status of something done would be. */
function isNotDone(entry: Json, { endpoint }: JudgedCall): boolean {
  const { status = '', reasons } = recordOutcome(entry);
  const word = status.toLowerCase();
  // Of an endpoint without records, `skipped` alone could be the state of an asset.
  const takesRecords = endpoint.aligned || endpoint.recordLimit !== undefined;
  return (word === NOT_DONE && takesRecords) || (reasons.length > 0 && !DONE.has(word));
}

/**
 * A message that succeeds or fails as a whole although Marketo answers its records one by one: leads pushed, a form, ids
 * in the query. One skipped record makes the message fail; `executed: 'yes'` then says that Marketo took others.
 */
function judgeIndivisible({ result = [], requestId }: MarketoReply, call: JudgedCall): Verdict {
  // What a read gives back is data, whatever words are in it.
  if (call.method === 'GET') return delivered(requestId);
  const objects = result.slice(0, MAX_OBJECTS).flatMap((entry) => namedIn(recordOutcome(entry)));
  const skipped = result.filter((entry) => isNotDone(entry, call));
  if (skipped.length === 0) return withObjects(delivered(requestId), objects);
  const reasons = skipped.flatMap((entry) => recordOutcome(entry).reasons);
  const verdict =
    reasons.length > 0
      ? ofErrors(reasons, 'record', call, requestId)
      : { ...unclear('record skipped without a reason', requestId), rule: { kind: 'reject' } as const };
  return withObjects({ ...verdict, executed: skipped.length < result.length ? 'yes' : 'no' }, objects);
}

function judgeMarketo(reply: MarketoReply, call: JudgedCall): Judgement {
  const { success, errors, result, requestId } = reply;
  const isCounted = call.records !== undefined && result?.length === call.records;
  if (success && isCounted) return judgeRecords(result, reply, call);
  if (errors.length > 0) {
    const verdict = ofErrors(errors, 'response', call, requestId);
    // A failure that reports records as done contradicts itself, so nothing is certain.
    const mayBeDone = result?.some((entry) => DONE.has(recordOutcome(entry).status?.toLowerCase() ?? '')) ?? false;
    return { kind: 'whole', verdict: mayBeDone ? { ...verdict, executed: 'unknown' } : verdict };
  }
  if (!success) return { kind: 'whole', verdict: unclear('success: false without an error', requestId) };
  if (call.records === undefined) return { kind: 'whole', verdict: judgeIndivisible(reply, call) };
  const message = `${result?.length ?? 'no'} results for ${call.records} records`;
  return { kind: 'whole', verdict: { ...unclear(message, requestId), rule: { kind: 'isolate' } } };
}

/**
 * Whole, and no envelope: the file of an export is CSV and can happen to be JSON, such as `42`; the failures and warnings of
 * an import can be empty (Marketo: bulk-import).
 */
function isFile({ endpoint, method }: JudgedCall, why: string): boolean {
  const file = /^\/bulk\/.*\/(file|failures|warnings)\.json$/.exec(endpoint.path)?.[1];
  if (method !== 'GET' || file === undefined) return false;
  return why === 'notJson' || why === 'notObject' || (why === 'empty' && file !== 'file');
}

function judgeUnreadable(reply: Extract<ParsedReply, { kind: 'unreadable' }>, call: JudgedCall): Verdict {
  const { status, why, prefix } = reply;
  if (status === 200 && isFile(call, why) && !/^\s*</.test(prefix)) return DELIVERED;
  // The rest of a shared call's reply can be about another message.
  if (status < 400) return unclear(`HTTP ${status}, body ${why}${call.messages > 1 ? '' : `: ${prefix}`}`);
  return {
    ...verdictOf({ code: String(status), message: `HTTP ${status}` }, 'http', call, undefined),
    errors: [],
  };
}

/**
 * @example
 * judge({ endpoint, method: 'POST', records: 1, messages: 1 }, parseReply(reply));
 * // { kind: 'each', verdicts: [{ rule: { kind: 'delivered' }, code: 'ok', ... }] }
 */
function judge(call: JudgedCall, reply: ParsedReply): Judgement {
  switch (reply.kind) {
    case 'marketo':
      return judgeMarketo(reply, call);
    case 'unreadable':
      return { kind: 'whole', verdict: judgeUnreadable(reply, call) };
    case 'redirect': {
      const message = `HTTP ${reply.status} to ${reply.location ?? 'nowhere'}: not followed`;
      return {
        kind: 'whole',
        verdict: { ...unclear(message), code: 'redirected' satisfies RelayCode, executed: 'no' },
      };
    }
    case 'noReply': {
      const executed = reply.mayHaveExecuted ? 'unknown' : 'no';
      return {
        kind: 'whole',
        verdict: { ...unclear(`no reply: ${reply.detail}`), code: 'noReply' satisfies RelayCode, executed },
      };
    }
  }
}

export type { JudgedCall, Judgement };
export { judge, unclear };
