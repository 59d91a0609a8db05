import { dueAfterMs } from '../../dead-letter/triage/order.ts';
import type { Clock } from '../../ports.ts';
import type { Publisher, PublishResult } from '../../publisher/publisher.ts';
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from '../../settings/policy.ts';
import { untilDue } from '../until-due.ts';
import { type LoadFile, type LoadMessage, loadMessages } from './load-messages.ts';
import type { LoadState } from './load-state.ts';

interface PublishInput {
  readonly file: LoadFile;
  /** Of the whole file, as it was checked. */
  readonly digest: string;
  readonly state: LoadState;
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly ratePerSecond: number;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Called after each batch that was accepted: what it is given lasts before the next one goes. */
  readonly save: (state: LoadState) => Promise<void>;
  readonly onProgress: (state: LoadState) => void;
}

type PublishEnd =
  | { readonly kind: 'done' | 'interrupted'; readonly state: LoadState }
  | { readonly kind: 'stopped'; readonly state: LoadState; readonly why: string };

/** What stands around the records in a message: path, options and id. */
const AROUND_BYTES = 2_000;

/**
 * Publishes what is left of a file, in order, one batch at a time, and no faster than it is told. Ends at the first message
 * that SQS does not accept, so that what is noted is a beginning of the file without gaps.
 */
async function publishFile(input: PublishInput): Promise<PublishEnd> {
  const { file, clock, stop, ratePerSecond } = input;
  const most = Math.min(MAX_BATCH_ENTRIES, Math.max(1, Math.floor(ratePerSecond / 2)));
  const startedAtMs = clock.nowMs();
  let { state } = input;
  let sent = 0;
  let digest = '';
  const messages = loadMessages(file, (first, last) => `load-${state.load}-${first}-${last}`, {
    onEnd: (end) => {
      digest = end.digest;
    },
  });
  for await (const batch of inBatches(behind(messages, state.throughRow), most)) {
    await untilDue(startedAtMs + dueAfterMs(sent, ratePerSecond), clock, stop);
    if (stop.aborted) return { kind: 'interrupted', state };
    const results = await input.publisher.publish(batch.map(({ message }) => message));
    const refused = results.findIndex(({ kind }) => kind !== 'accepted');
    const accepted = refused === -1 ? batch : batch.slice(0, refused);
    sent += accepted.length;
    state = advanced(state, accepted, clock.nowMs());
    await input.save(state);
    input.onProgress(state);
    if (refused !== -1) return { kind: 'stopped', state, why: explain(results[refused]) };
  }
  if (digest !== input.digest) {
    return { kind: 'stopped', state, why: 'the file changed while it was loaded: load it again as it is now' };
  }
  state = { ...state, done: true, updatedAt: new Date(clock.nowMs()).toISOString() };
  await input.save(state);
  return { kind: 'done', state };
}

function advanced(state: LoadState, accepted: readonly LoadMessage[], nowMs: number): LoadState {
  return {
    ...state,
    updatedAt: new Date(nowMs).toISOString(),
    throughRow: accepted.at(-1)?.lastRow ?? state.throughRow,
    messages: state.messages + accepted.length,
    records: state.records + accepted.reduce((sum, { records }) => sum + records, 0),
  };
}

/** What was published before is made once more, since it decides where the messages behind it begin, and passed over. */
async function* behind(messages: AsyncIterable<LoadMessage>, throughRow: number): AsyncGenerator<LoadMessage> {
  for await (const message of messages) if (message.lastRow > throughRow) yield message;
}

/** One request to SQS each: ten messages and 1 MiB at most. */
async function* inBatches(messages: AsyncIterable<LoadMessage>, most: number): AsyncGenerator<readonly LoadMessage[]> {
  let batch: LoadMessage[] = [];
  let bytes = 0;
  for await (const message of messages) {
    const size = message.bytes + AROUND_BYTES;
    if (batch.length === most || (batch.length > 0 && bytes + size > MAX_MESSAGE_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function explain(result: PublishResult | undefined): string {
  switch (result?.kind) {
    case 'invalid':
      return `the relay would not take the message: ${result.problems.map(({ path, expected }) => `${path}: expected ${expected}`).join('; ')}`;
    case 'refused':
      return `SQS refused a message (${result.code}): ${result.detail}`;
    case 'unknown':
      return `SQS did not answer, and may have the message: ${result.detail}`;
    default:
      return 'SQS gave no answer for a message';
  }
}

export type { PublishEnd };
export { publishFile };
