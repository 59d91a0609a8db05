import type { DeadLetter } from '../../dead-letter/types.ts';
import type { JsonObject } from '../../marketo/request.ts';
import { embedJson } from '../../message/json-text.ts';
import type { Message } from '../../message/message.ts';
import type { RelayState } from '../../message/relay-state.ts';
import { isRead, MAX_CORRELATION_LENGTH } from '../../message/wanted-result.ts';
import type { RecordResult, Result, ResultFailure } from '../../results/result.ts';
import type { Answer, Outcome } from '../outcome.ts';
import type { WorkItem } from '../work-item.ts';

type Settled = Exclude<Outcome, { readonly kind: 'requeue' }>;

interface ResultInput {
  readonly message: Message;
  /** What is delivered or dead now, in the order of the records. */
  readonly settled: readonly (readonly [WorkItem, Settled])[];
  readonly waiting: number;
  readonly deadLetter?: DeadLetter;
  readonly nowMs: number;
}

/** What is told of a message that is settled, in part or wholly. Undefined where there is nothing to tell, or not now. */
function resultOf({ message, settled, waiting, deadLetter, nowMs }: ResultInput): Result | undefined {
  const { state, request, records, wanted, endpoint, originalBody } = message;
  if (settled.length === 0 || wanted.isWanted === false) return undefined;
  const delivered = settled.filter(([, { kind }]) => kind === 'delivered').length;
  // The reply was told as soon as it was there.
  if (delivered > 0 && isRead(request)) return undefined;
  const answer = answerOf(settled[0]?.[1]);
  return {
    ...headOf(state, nowMs),
    ...(wanted.correlation !== undefined && { correlation: wanted.correlation }),
    operation: endpoint.operation,
    status:
      delivered === 0 ? 'dead' : delivered === (records?.length ?? 1) && state.part === 0 ? 'delivered' : 'partial',
    waiting,
    attempts: state.attempts + 1,
    ...(records === undefined ? wholeOf(answer, settled[0]?.[0]) : { records: settled.map(recordResultOf) }),
    ...(deadLetter && { failure: failureOf(deadLetter, wanted.withRequest) }),
    ...(wanted.withRequest && { request: embedJson(originalBody) as JsonObject | string }),
  };
}

/** What is told of a message that is dead before it became a request. `body` is undefined where nobody dares to read it. */
function unreadResultOf(
  { state }: { readonly state: RelayState },
  deadLetter: DeadLetter,
  nowMs: number,
  body?: string,
): Result | undefined {
  const said = body === undefined ? {} : wantedIn(body);
  if (said.results === false) return undefined;
  return {
    ...headOf(state, nowMs),
    ...(said.correlation !== undefined && { correlation: said.correlation }),
    operation: 'unknown',
    status: 'dead',
    waiting: 0,
    attempts: state.attempts,
    failure: failureOf(deadLetter, false),
  };
}

function headOf({ relayId, firstSeenMs }: RelayState, nowMs: number) {
  return {
    version: 1 as const,
    relayId,
    publishedAt: new Date(firstSeenMs).toISOString(),
    settledAt: new Date(nowMs).toISOString(),
  };
}

function answerOf(outcome: Settled | undefined): Partial<Pick<Answer, 'verdict'>> {
  if (outcome?.kind === 'dead') return { verdict: outcome.verdict };
  return outcome?.answer ?? {};
}

function wholeOf(
  { verdict }: Partial<Pick<Answer, 'verdict'>>,
  item: WorkItem | undefined,
): Pick<Result, 'requestId' | 'objects' | 'stripped'> {
  return {
    ...(item?.stripped && { stripped: item.stripped }),
    ...(verdict?.requestId !== undefined && { requestId: verdict.requestId }),
    ...(verdict?.objects && { objects: verdict.objects }),
  };
}

function recordResultOf([{ record, stripped }, outcome]: readonly [WorkItem, Settled]): RecordResult {
  const { verdict } = answerOf(outcome);
  const { id, status } = verdict?.objects?.[0] ?? {};
  return {
    position: record?.position ?? 0,
    outcome: outcome.kind,
    code: verdict?.code ?? 'ok',
    ...(id !== undefined && { id }),
    ...(status !== undefined && { status }),
    ...(verdict?.requestId !== undefined && { requestId: verdict.requestId }),
    ...(stripped && { stripped }),
  };
}

function failureOf({ failure }: DeadLetter, withWords: boolean): ResultFailure {
  const { code, meaning, remedy, outcomeUnknown, message } = failure;
  return { code, meaning, remedy, outcomeUnknown, ...(withWords && { message }) };
}

/** What an unsound message says of its result, as far as that is sound. */
function wantedIn(body: string): { readonly results?: false; readonly correlation?: string } {
  try {
    const { results, correlation } = JSON.parse(body) as { results?: unknown; correlation?: unknown };
    return {
      ...(results === false && { results }),
      ...(typeof correlation === 'string' && correlation.length <= MAX_CORRELATION_LENGTH && { correlation }),
    };
  } catch {
    return {};
  }
}

export { resultOf, unreadResultOf };
