import type { HttpReply, Transport } from '../../marketo/http.ts';
import { type Client, connect, type Subscription } from './client.ts';
import { compareShapes } from './compare.ts';
import { maskNames, maskPath, maskText } from './mask.ts';
import { firstIdOf, messageOf, shapeOf } from './shape.ts';
import type { Known, ParityResult, Probe, ProbeRequest, Row, Verdict } from './types.ts';

interface ParityOptions {
  /** Whose replies are looked at. */
  readonly theirs: Subscription;
  /** A fake, started with its own data. */
  readonly fake: Subscription;
  readonly probes: readonly Probe[];
  /** Most calls to `theirs`; identity is free. */
  readonly budget: number;
  /** Leaves out every call to an endpoint that writes. */
  readonly readOnly: boolean;
  readonly transport: Transport;
  /** Between two calls to `theirs`, so that the limits are left to others. */
  sleep(durationMs: number): Promise<void>;
  readonly onRow?: (row: Row) => void;
}

type Parity =
  | { readonly kind: 'result'; readonly result: ParityResult }
  | { readonly kind: 'refused'; readonly detail: string };
type Called = Extract<Client, { kind: 'client' }>;

/** 50 calls in 20 s are what Adobe advises a single integration to use; this is under a half of it. */
const PAUSE_MS = 1000;
/** The window of the rate limit (Marketo: marketo-integration-best-practices). */
const LIMIT_PAUSE_MS = 20_000;
const MAX_LIMITED = 3;
const MAX_SILENT = 3;

/** Makes the same calls to a subscription and to the fake, one after the other, and compares the shapes of the replies. */
async function runParity(options: ParityOptions): Promise<Parity> {
  const theirs = await connect(options.theirs, options.transport);
  if (theirs.kind === 'refused') return theirs;
  const fake = await connect(options.fake, options.transport);
  if (fake.kind === 'refused') return { kind: 'refused', detail: `the fake: ${fake.detail}` };
  return { kind: 'result', result: await compareAll(options, theirs, fake) };
}

async function compareAll(options: ParityOptions, theirs: Called, fake: Called): Promise<ParityResult> {
  const { budget } = options;
  const rows: Row[] = [];
  const pair = { theirs: {} as Known, fake: {} as Known };
  let calls = 0;
  let limited = 0;
  let silent = 0;
  let stopped: string | undefined;
  const add = (probe: Probe, request: ProbeRequest | undefined, verdict: Verdict, message?: string): void => {
    const call = request === undefined ? '' : `${request.method} ${maskPath(request.path)}`;
    const row = { rule: probe.rule, call, verdict, ...(message === undefined ? {} : { message }) };
    rows.push(row);
    options.onRow?.(row);
  };
  const ask = async (request: ProbeRequest): Promise<HttpReply> => {
    for (;;) {
      if (calls > 0) await options.sleep(PAUSE_MS);
      calls += 1;
      const reply = await theirs.call(request);
      const code = codeOf(reply);
      if ((code !== '606' && code !== '615') || limited === MAX_LIMITED || calls >= budget) return reply;
      limited += 1;
      await options.sleep(LIMIT_PAUSE_MS);
    }
  };

  for (const probe of options.probes) {
    const [request, same] = [probe.request(pair.theirs), probe.request(pair.fake)];
    const reason = whyNot(probe, request, { ...options, calls, stopped });
    if (reason !== undefined || request === undefined || same === undefined) {
      add(probe, request, { kind: 'skipped', reason: reason ?? 'the fake has nothing to ask about' });
      continue;
    }
    const [reply, fakes] = [await ask(request), await fake.call(same)];
    silent = reply.kind === 'noReply' ? silent + 1 : 0;
    stopped = whyStop(codeOf(reply), silent);
    if (probe.learns !== undefined) {
      pair.theirs = { ...pair.theirs, ...learnt(probe.learns, reply) };
      pair.fake = { ...pair.fake, ...learnt(probe.learns, fakes) };
    }
    const message = reply.kind === 'reply' ? messageOf(reply) : undefined;
    const sent = `${decodeURIComponent(request.path)} ${request.body ?? ''}`;
    const verdict = masked(verdictOf(reply, fakes), theirs.hide);
    add(probe, request, verdict, message === undefined ? undefined : maskText(theirs.hide(message), sent));
  }
  return { rows, calls, budget, ...(stopped === undefined ? {} : { stopped }) };
}

/** Names and status words come from the other side, who may send anything. */
function masked(verdict: Verdict, hide: (text: string) => string): Verdict {
  if (verdict.kind !== 'differs') return verdict;
  return { kind: 'differs', differences: verdict.differences.map((text) => maskNames(hide(text))) };
}

function whyNot(
  probe: Probe,
  request: ProbeRequest | undefined,
  state: {
    readonly readOnly: boolean;
    readonly budget: number;
    readonly calls: number;
    readonly stopped: string | undefined;
  },
): string | undefined {
  if (state.stopped !== undefined) return 'stopped before';
  if (probe.writes && state.readOnly) return 'it goes to an endpoint that writes';
  if (state.calls >= state.budget) return 'the budget of calls is used up';
  return request === undefined ? `it needs ${probe.needs ?? 'something'} that is not there` : undefined;
}

function whyStop(code: string | undefined, silent: number): string | undefined {
  if (code === '607') return 'the daily quota of the subscription is used up (607)';
  if (code === '601' || code === '602') return `the token was refused (${code})`;
  return silent >= MAX_SILENT ? `${MAX_SILENT} calls in a row had no reply` : undefined;
}

function verdictOf(reply: HttpReply, fakes: HttpReply): Verdict {
  if (reply.kind === 'noReply') return { kind: 'noReply', reason: reply.reason };
  if (fakes.kind === 'noReply') return { kind: 'noReply', reason: `the fake: ${fakes.reason}` };
  const code = codeOf(reply);
  if (code === '603') return { kind: 'skipped', reason: 'the role of the API user does not allow it (603)' };
  if (code === '606' || code === '615' || code === '607')
    return { kind: 'skipped', reason: `a limit was reached (${code})` };
  const differences = compareShapes(shapeOf(reply), shapeOf(fakes));
  return differences.length === 0 ? { kind: 'same' } : { kind: 'differs', differences };
}

function codeOf(reply: HttpReply): string | undefined {
  return reply.kind === 'reply' ? shapeOf(reply).codes[0] : undefined;
}

function learnt(name: keyof Known, reply: HttpReply): Known {
  const id = reply.kind === 'reply' ? firstIdOf(reply) : undefined;
  return id === undefined ? {} : { [name]: id };
}

export type { Parity, ParityOptions };
export { runParity };
