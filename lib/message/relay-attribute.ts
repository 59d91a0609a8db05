import type * as z from 'zod/mini';
import { CLOCK_DIFFERENCE_MS, MAX_RECORDS } from '../settings/policy.ts';
import { toJsonText } from './json-text.ts';
import type { MessageAttribute, ReceivedMessage } from './queue.ts';
import { attributeSchema, MAX_CODE_LENGTH, VERSION } from './relay-attribute-schema.ts';
import { type FileProgress, MAX_HISTORY, type NextPage, RELAY_ATTRIBUTE, type RelayState } from './relay-state.ts';

/** Twice the longest that the relay writes: an attribute that is longer is not the relay's. */
const MAX_ATTRIBUTE_LENGTH = 65_536;

/** Made with the first attribute that is read: a message that is new has none. */
let schema: ReturnType<typeof attributeSchema> | undefined;

/** The state of a message that the relay has not seen before. */
function freshState(record: Pick<ReceivedMessage, 'messageId' | 'sentAtMs'>, relayId?: string): RelayState {
  return {
    relayId: relayId ?? record.messageId,
    attempts: 0,
    attemptsAlone: 0,
    firstSeenMs: record.sentAtMs,
    history: [],
    part: 0,
  };
}

/**
 * The state as the message attribute `relay`.
 *
 * @example
 * encodeRelayState(state).stringValue; // {"v":1,"id":"order-7","attempt":2,"firstSeen":"2027-...","lastCode":"713",...}
 */
function encodeRelayState(state: RelayState): MessageAttribute {
  const {
    firstSeenMs,
    firstFailedMs,
    lastCode,
    positions,
    shareAtMost,
    recordsAtMost,
    page,
    resends,
    group,
    diedAlone,
  } = state;
  const history = state.history
    .slice(-MAX_HISTORY)
    .map((entry) => [boundCode(entry.code), Math.round(entry.atMs - firstSeenMs)] as const);
  const text = toJsonText({
    v: VERSION,
    id: state.relayId,
    attempt: state.attempts,
    ...(state.attemptsAlone === 0 ? {} : { alone: state.attemptsAlone }),
    ...(state.mayBeDone === true ? { unsure: 1 } : {}),
    firstSeen: new Date(firstSeenMs).toISOString(),
    ...(firstFailedMs === undefined ? {} : { firstFailed: new Date(firstFailedMs).toISOString() }),
    ...(lastCode === undefined ? {} : { lastCode: boundCode(lastCode) }),
    ...(history.length === 0 ? {} : { history }),
    ...(positions === undefined ? {} : { positions: encodePositions(positions) }),
    ...(state.part === 0 ? {} : { part: state.part }),
    ...(state.tokenTries === undefined ? {} : { tokenTries: state.tokenTries }),
    ...(shareAtMost === undefined ? {} : { share: shareAtMost }),
    ...(page === undefined ? {} : { page: [page.number, page.token, ...(page.from === undefined ? [] : [page.from])] }),
    ...(recordsAtMost === undefined ? {} : { records: recordsAtMost }),
    ...(resends === undefined ? {} : { resends }),
    ...(group === undefined ? {} : { group }),
    ...(diedAlone === undefined ? {} : { diedAlone }),
    ...(state.unread === true && { unread: true }),
    ...(state.place === undefined ? {} : { place: state.place }),
    ...(state.markedUntilMs === undefined ? {} : { marked: new Date(state.markedUntilMs).toISOString() }),
    ...(state.behind === undefined ? {} : { behind: [state.behind.ahead, state.behind.looks] }),
    ...(state.file === undefined ? {} : { file: state.file }),
  });
  return { dataType: 'String', stringValue: text };
}

/**
 * The state that a message brings along. Undefined for a new message, and for an attribute that the relay did not write:
 * a publisher's own attribute of that name must not decide anything.
 */
function decodeRelayState(
  attributes: Readonly<Record<string, MessageAttribute>>,
  nowMs: number,
): RelayState | undefined {
  const text = Object.hasOwn(attributes, RELAY_ATTRIBUTE) ? attributes[RELAY_ATTRIBUTE]?.stringValue : undefined;
  if (text === undefined || text.length > MAX_ATTRIBUTE_LENGTH) return undefined;
  schema ??= attributeSchema();
  const parsed = schema.safeParse(parseOrUndefined(text));
  if (!parsed.success) return undefined;
  const { data } = parsed;
  const positions = data.positions === undefined ? undefined : decodePositions(data.positions);
  if (data.positions !== undefined && positions === undefined) return undefined;
  // A start in the future would never grow old; by a little, it is that of a worker whose clock is behind, and stays as it is.
  const seenMs = Date.parse(data.firstSeen);
  const firstSeenMs = seenMs <= nowMs + CLOCK_DIFFERENCE_MS ? seenMs : nowMs;
  const firstFailedMs = data.firstFailed === undefined ? undefined : Math.min(Date.parse(data.firstFailed), nowMs);
  return {
    relayId: data.id,
    attempts: data.attempt,
    attemptsAlone: data.alone ?? 0,
    ...(data.unsure === 1 ? { mayBeDone: true as const } : {}),
    firstSeenMs,
    ...(firstFailedMs === undefined ? {} : { firstFailedMs }),
    ...(data.lastCode === undefined ? {} : { lastCode: data.lastCode }),
    history: (data.history ?? []).map(([historyCode, sinceMs]) => ({ code: historyCode, atMs: firstSeenMs + sinceMs })),
    ...(positions === undefined ? {} : { positions }),
    part: data.part ?? 0,
    ...(data.tokenTries === undefined ? {} : { tokenTries: data.tokenTries }),
    ...(data.share === undefined ? {} : { shareAtMost: data.share }),
    ...(data.page === undefined ? {} : { page: toPage(data.page) }),
    ...(data.records === undefined ? {} : { recordsAtMost: data.records }),
    ...(data.resends === undefined ? {} : { resends: data.resends }),
    ...(data.group === undefined ? {} : { group: data.group }),
    ...(data.diedAlone === undefined ? {} : { diedAlone: data.diedAlone }),
    ...(data.unread === true && { unread: true }),
    ...(data.place === undefined ? {} : { place: data.place }),
    ...(data.marked === undefined ? {} : { markedUntilMs: Date.parse(data.marked) }),
    ...(data.behind === undefined ? {} : { behind: { ahead: data.behind[0], looks: data.behind[1] } }),
    ...(data.file === undefined ? {} : { file: fileOf(data.file) }),
  };
}

function toPage([number, token, from]: readonly [number, string, (number | undefined)?]): NextPage {
  return { number, token, ...(from !== undefined && { from }) };
}

function fileOf({
  job,
  complete,
  ...file
}: NonNullable<z.infer<ReturnType<typeof attributeSchema>>['file']>): FileProgress {
  return { ...file, ...(job && { job }), ...(complete && { complete }) };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A code comes from a reply, so it can be anything. */
function boundCode(text: string): string {
  const short = text.length <= MAX_CODE_LENGTH ? text : `${text.slice(0, MAX_CODE_LENGTH)}...`;
  return short === '' ? '(empty)' : short.toWellFormed();
}

/** `[0, 1, 2, 7]` as `0-2,7`; the order is kept. */
function encodePositions(positions: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const position of positions) {
    const range = ranges.at(-1);
    if (range !== undefined && position === range.last + 1) range.last = position;
    else ranges.push({ first: position, last: position });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

function decodePositions(text: string): readonly number[] | undefined {
  const positions: number[] = [];
  for (const range of text === '' ? [] : text.split(',')) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (last < first || last >= MAX_RECORDS) return undefined;
    if (positions.length + last - first + 1 > MAX_RECORDS) return undefined;
    for (let position = first; position <= last; position += 1) positions.push(position);
  }
  return new Set(positions).size === positions.length ? positions : undefined;
}

export { decodePositions, decodeRelayState, encodePositions, encodeRelayState, freshState };
