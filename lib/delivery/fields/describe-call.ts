import { matchEndpoint } from '../../marketo/endpoints/endpoints.ts';
import { toHttpRequest } from '../../marketo/http-request.ts';
import { parseReply } from '../../marketo/reply.ts';
import type { MarketoRequest } from '../../marketo/request.ts';
import type { ObjectType } from '../../schema/object-schema.ts';
import { describePathsOf } from '../../schema/object-types.ts';
import { parseDescribe } from '../../schema/parse-describe.ts';
import { SCHEMA_POLICY } from '../../schema/policy.ts';
import type { DescribeAnswer } from '../../schema/schema-state.ts';
import { type Deadline, longestCallMs } from '../call/call-timeout.ts';
import { ownPermit } from '../call/own-permit.ts';
import type { PermitReleases, ReleaseTerms } from '../call/permit-releases.ts';
import { type HttpExchange, permittedCall } from '../call/permitted-call.ts';
import type { DeliveryDeps } from '../deps.ts';
import { callOutcomeOf, holdMsOf } from '../judge/disposition.ts';
import { judge } from '../judge/judge.ts';

interface DescribeAsk {
  readonly type: ObjectType;
  /** A permit is waited for so long. */
  readonly patienceMs: number;
}

type PathAnswer = DescribeAnswer | { readonly kind: 'unknownPath' };

const NOT_MADE: DescribeAnswer = { kind: 'notMade' };
/** For whoever may not see a type: no permission, or a subscription without such objects. */
const DENIALS: ReadonlySet<string> = new Set(['603', '616', '703', '1018', '1026', '403']);
/** For a path that this subscription does not know: another may stand for it. */
const UNKNOWN_PATHS: ReadonlySet<string> = new Set(['610', '404', '605', '410']);

/**
 * Asks Marketo for the fields of a type. It is an ordinary call with a permit of its own, counted like others, and belongs to no
 * message: its failure is nobody's attempt, and teaches the ledger nothing. Never throws.
 */
async function askDescribe(
  { type, patienceMs }: DescribeAsk,
  deps: DeliveryDeps,
  releases: PermitReleases,
  deadline: Deadline,
): Promise<DescribeAnswer> {
  try {
    for (const path of describePathsOf(type)) {
      const answer = await askPath(type, path, patienceMs, deps, releases, deadline);
      if (answer.kind !== 'unknownPath') return answer;
    }
    return { kind: 'denied' };
  } catch (error) {
    deps.log.warn('Describe could not be asked', { type, error: String(error) });
    return NOT_MADE;
  }
}

async function askPath(
  type: ObjectType,
  path: string,
  patienceMs: number,
  deps: DeliveryDeps,
  releases: PermitReleases,
  deadline: Deadline,
): Promise<PathAnswer> {
  const request: MarketoRequest = { method: 'GET', path };
  const endpoint = matchEndpoint(request);
  const { operation } = endpoint;
  const longestMs = longestCallMs(endpoint);
  const timeoutMs = Math.min(SCHEMA_POLICY.callTimeoutMs, longestMs);
  if (deps.clock.nowMs() + timeoutMs > deadline.atMs || (await deps.tokens.current()).kind !== 'token') return NOT_MADE;
  const permit = await ownPermit({ operation, longestMs, patienceMs, lane: deps.lane }, deps, deadline);
  if (permit === undefined) return NOT_MADE;
  const outgoing = { request: toHttpRequest(deps.baseUrl, request), timeoutMs };
  const result = await permittedCall(
    {
      permit,
      operation,
      longestMs,
      // A probe is for a message's call: this one's failure would teach the ledger nothing.
      prepare: async () => ({ prepared: undefined, outgoing: permit.probe === undefined ? outgoing : undefined }),
      read: (exchange) => readAnswer(type, endpoint, exchange, longestMs, deps.clock.nowMs()),
    },
    deps,
    releases,
  );
  if (result.kind !== 'replied') return NOT_MADE;
  const { value } = result;
  deps.log.info('Marketo was asked for fields', { type, code: value.code, answer: value.answer.kind });
  return value.answer;
}

function readAnswer(
  type: ObjectType,
  endpoint: ReturnType<typeof matchEndpoint>,
  { reply, sentAtMs }: HttpExchange,
  longestMs: number,
  nowMs: number,
) {
  const parsed = parseReply(reply);
  const judgement = judge({ endpoint, method: 'GET', records: undefined, messages: 1 }, parsed);
  const verdict = judgement.kind === 'whole' ? judgement.verdict : undefined;
  const outcome = verdict === undefined ? 'success' : callOutcomeOf(verdict);
  const code = verdict?.code ?? 'ok';
  const holdMs = verdict === undefined ? 0 : holdMsOf(parsed, verdict, longestMs, nowMs - sentAtMs);
  const terms: ReleaseTerms = {
    outcome: outcome === 'success' ? outcome : 'neutral',
    counted: verdict?.counted ?? true,
    holdMs,
  };
  return { value: { code, answer: answerOf(type, code, reply, sentAtMs) }, terms };
}

function answerOf(type: ObjectType, code: string, reply: HttpExchange['reply'], sentAtMs: number): PathAnswer {
  if (DENIALS.has(code)) return { kind: 'denied' };
  if (UNKNOWN_PATHS.has(code)) return { kind: 'unknownPath' };
  const schema = reply.kind === 'reply' && reply.complete ? parseDescribe(type, reply.body) : undefined;
  return schema === undefined ? { kind: 'failed' } : { kind: 'schema', schema, sentAtMs };
}

export { askDescribe };
