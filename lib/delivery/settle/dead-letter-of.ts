import { buildDeadLetter } from '../../dead-letter/build.ts';
import { failureFromCatalogue, failureFromRelay } from '../../dead-letter/failure.ts';
import type { DeadLetter, Failure, FailureDetail } from '../../dead-letter/types.ts';
import { entryFor } from '../../marketo/catalogue/catalogue.ts';
import type { CatalogueEntry } from '../../marketo/catalogue/types.ts';
import { mayReadByPost } from '../../marketo/http-request.ts';
import { MAX_URI_BYTES } from '../../marketo/limits.ts';
import type { Secret } from '../../marketo/secret.ts';
import type { Message } from '../../message/message.ts';
import type { RelayState } from '../../message/relay-state.ts';
import { type DeadLetterCode, isDeadLetterCode } from '../../settings/relay-codes.ts';
import type { DeadOutcome } from '../outcome.ts';
import { tooLargeText } from '../plan/request-group.ts';
import type { WorkItem } from '../work-item.ts';
import { hideNeighbours, hideNeighbourText } from './hide-neighbours.ts';

type DeadItems = readonly (readonly [WorkItem, DeadOutcome])[];

/** The one dead letter of a message's dead records: about the first of them, or the first whose outcome is unknown. */
function deadLetterOf(
  message: Message,
  dead: DeadItems,
  { nowMs, secrets }: { readonly nowMs: number; readonly secrets: readonly Secret[] },
): DeadLetter {
  const [first] = dead;
  if (first === undefined) throw new Error('a dead letter needs a dead item');
  const outcome = dead.find(([, one]) => one.outcomeUnknown)?.[1] ?? first[1];
  const positions = message.records && new Set(dead.flatMap(([item]) => item.record?.position ?? []));
  const { exchange } = outcome;
  const tried = dead.some(([, one]) => one.tried);
  const last = { atMs: exchange?.sentAtMs ?? nowMs, code: outcome.verdict.code };
  const state = {
    ...message.state,
    attempts: message.state.attempts + (tried ? 1 : 0),
    history: tried ? [...message.state.history, last] : message.state.history,
  };
  return buildDeadLetter({
    message: { ...message, state },
    failure: failureOf(message, dead, outcome, state),
    ...(positions && { positions }),
    ...(exchange && hideNeighbours(exchange, message, positions)),
    secrets,
  });
}

function failureOf(message: Message, dead: DeadItems, outcome: DeadOutcome, state: RelayState): Failure {
  const { verdict, outcomeUnknown, gaveUp, exchange } = outcome;
  const details = dead.flatMap(([item, one]): FailureDetail[] =>
    one.verdict.errors.map(({ code, message: said }) => ({
      ...(item.record && { position: item.record.position }),
      code,
      message: hideNeighbourText(said, one.exchange, message),
    })),
  );
  const said = hideNeighbourText(verdict.message, exchange, message);
  const facts = {
    message: verdict.executed === 'yes' ? `${said} (other records of the message were taken)` : said,
    state,
    ...(exchange && { lastTriedMs: exchange.sentAtMs }),
    ...(verdict.requestId !== undefined && { requestId: verdict.requestId }),
    ...(details.length > 1 && { details }),
    // Sent again as it is, it would do again what was done.
    ...(verdict.executed === 'yes' && { retriable: false }),
    outcomeUnknown,
  };
  const entry = verdict.level === 'relay' ? undefined : entryFor(verdict.code, verdict.level);
  if (gaveUp !== undefined) {
    const text = `gave up after ${state.attempts} attempts: ${verdict.code} ${facts.message}`;
    return failureFromRelay(
      gaveUp === 'age' ? 'ageExhausted' : 'attemptsExhausted',
      { ...facts, message: text },
      entry,
    );
  }
  if (entry === undefined || (outcomeUnknown && verdict.executed === 'unknown')) {
    const failure = failureFromRelay(ownCode(outcome, entry), { ...facts, message: said || verdict.code }, entry);
    return withSize(failure, outcome);
  }
  const failure = withSize({ ...failureFromCatalogue(entry, facts), level: verdict.level }, outcome);
  return withTaken(withShape(failure, message, outcome), message, outcome);
}

function ownCode({ verdict, outcomeUnknown }: DeadOutcome, entry: CatalogueEntry | undefined): DeadLetterCode {
  const isOwn = entry === undefined && !outcomeUnknown;
  return isOwn && isDeadLetterCode(verdict.code) ? verdict.code : 'outcomeUnknown';
}

/** What is too large says by how much. */
function withSize(failure: Failure, { verdict, exchange }: DeadOutcome): Failure {
  const sentBytes = verdict.code === '413' ? Buffer.byteLength(exchange?.request.body ?? '') : undefined;
  const size = verdict.code === 'recordTooLarge' ? verdict.message : sentBytes && tooLargeText(sentBytes);
  return size ? { ...failure, remedy: `It is ${size}. ${failure.remedy}` } : failure;
}

/** Marketo's codes for a method, a content type, and a length of the URI that it does not take. */
const SHAPE_CODES: readonly string[] = ['605', '612', '414'];

/** Where the relay chose the shape that Marketo refuses, the message has no method or content type to correct. */
function withShape(failure: Failure, { request }: Message, { exchange }: DeadOutcome): Failure {
  if (request.method !== 'GET' || !SHAPE_CODES.includes(failure.code)) return failure;
  // A GET where a POST may stand for it ends with 414 only after the POST was refused.
  const isOwnPost = exchange?.request.method === 'POST' || (failure.code === '414' && mayReadByPost(request));
  if (!isOwnPost) return failure;
  const remedy =
    'The message is right: it asks for a GET, which the relay sent as a form POST with `_method=GET`, as Marketo documents ' +
    `for a URI of more than ${MAX_URI_BYTES} bytes. This subscription takes neither that nor the other form that the relay ` +
    'tried. Ask for less in one message, in `query` and without a body, so that the URI fits.';
  return { ...failure, remedy };
}

/** What Marketo took in part and must not do twice is not sent again under its relay id: see `send-once.ts`. */
function withTaken(failure: Failure, { idempotent }: Message, { verdict }: DeadOutcome): Failure {
  if (idempotent || verdict.executed !== 'yes') return failure;
  const remedy =
    'Marketo took other records of this message: publish only those that it did not take, corrected, under a new `id`. ' +
    `Putting this letter back unchanged does not send it. ${failure.remedy}`;
  return { ...failure, remedy };
}

export type { DeadItems };
export { deadLetterOf };
