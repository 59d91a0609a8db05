import type { TokenAnswer } from '../../access-token/token-keeper.ts';
import type { Permit } from '../../ledger/ledger.ts';
import type { HttpReply, HttpRequest } from '../../marketo/http.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { Exchange } from '../outcome.ts';
import { type PermitReleases, type ReleaseTerms, UNUSED } from './permit-releases.ts';

type Token = Extract<TokenAnswer, { kind: 'token' }>;
type HttpExchange = Omit<Exchange, 'items'>;

interface PermittedCall<Prepared, Read> {
  readonly permit: Permit;
  /** The endpoint's: the ledger has a circuit for each. */
  readonly operation: string;
  /** How long after the send Marketo can still be busy with the call, see `longestCallMs`. */
  readonly longestMs: number;
  /** The last look before the send: what the call is about, and its request; without one, nothing is sent. */
  prepare(): Promise<{ readonly prepared: Prepared; readonly outgoing: Outgoing | undefined }>;
  /** What the reply means, and what the ledger learns from it. Pure. */
  read(
    exchange: HttpExchange,
    prepared: Prepared,
    token: Token,
  ): { readonly value: Read; readonly terms: ReleaseTerms };
  /**
   * Before the keys of the call are free: marks those of what it leaves unfinished, all of it where nothing could be read. Never
   * throws. Undefined: there is nothing to mark.
   */
  hold?(prepared: Prepared, value: Read | undefined): Promise<number | undefined>;
}

interface Outgoing {
  readonly request: HttpRequest;
  readonly timeoutMs: number;
}

/**
 * - `noToken`: there is no access token, so nothing was prepared.
 * - `notSent`: there was nothing to send, or the permit was over before the send.
 * - `replied`: the call was made; no reply is a reply of its own kind.
 * - `unread`: the call was made, and `read` threw: nothing is known of its effect.
 */
type PermittedCallResult<Prepared, Read> =
  | { readonly kind: 'noToken'; readonly answer: Exclude<TokenAnswer, { kind: 'token' }> }
  | { readonly kind: 'notSent'; readonly prepared: Prepared }
  | (Sent<Prepared> & { readonly kind: 'replied'; readonly value: Read })
  | (Sent<Prepared> & { readonly kind: 'unread'; readonly error: unknown });

interface Sent<Prepared> {
  readonly prepared: Prepared;
  readonly exchange: HttpExchange;
  /** The one that the call was made with. */
  readonly token: Token;
  readonly holdMs: number;
}

/**
 * Uses one permit, for one call at most, and releases it exactly once, whatever happens:
 *
 *     wait for `notBeforeMs` -> get the token -> `prepare` (send-once) -> is it before `sendByMs`? -> send -> `read`
 *
 * What the call leaves unfinished is marked in between: from the release on, another worker may be granted its keys.
 *
 * A permit whose call is not sent is released unused: slot, window and day are given back.
 *
 * Once the request may have left, the call counts and its slot is held until Marketo must have given up, unless `read`
 * knows better.
 *
 * @throws what `prepare` and the token throw, after the permit is released unused. Never once the request may have left.
 */
async function permittedCall<Prepared, Read>(
  { permit, operation, longestMs, prepare, read, hold }: PermittedCall<Prepared, Read>,
  { clock, tokens, transport }: Pick<DeliveryDeps, 'clock' | 'tokens' | 'transport'>,
  releases: PermitReleases,
): Promise<PermittedCallResult<Prepared, Read>> {
  let terms: ReleaseTerms = UNUSED;
  try {
    await clock.sleep(Math.max(0, permit.notBeforeMs - clock.nowMs()));
    const token = await tokens.current();
    if (token.kind !== 'token') return { kind: 'noToken', answer: token };
    const { prepared, outgoing } = await prepare();
    const sentAtMs = clock.nowMs();
    // A worker that was frozen must not use a permit that the others count as over.
    if (outgoing === undefined || sentAtMs > permit.sendByMs) return { kind: 'notSent', prepared };
    const reply = await send(transport, outgoing, token);
    const sent = { prepared, exchange: { request: outgoing.request, reply, sentAtMs }, token };
    try {
      const { value, terms: learned } = read(sent.exchange, prepared, token);
      terms = learned;
      terms = marked(terms, await hold?.(prepared, value));
      return { kind: 'replied', ...sent, holdMs: terms.holdMs, value };
    } catch (error) {
      terms = { outcome: 'transient', counted: true, holdMs: Math.max(0, sentAtMs + longestMs - clock.nowMs()) };
      terms = marked(terms, await hold?.(prepared, undefined));
      return { kind: 'unread', ...sent, holdMs: terms.holdMs, error };
    }
  } finally {
    releases.release(permit, operation, terms);
  }
}

function marked(terms: ReleaseTerms, marksUntilMs: number | undefined): ReleaseTerms {
  return marksUntilMs === undefined ? terms : { ...terms, marksUntilMs };
}

/** A transport does not throw. If one does all the same, the request may have left: its reply is lost. */
async function send(
  transport: DeliveryDeps['transport'],
  { request, timeoutMs }: Outgoing,
  { token }: Token,
): Promise<HttpReply> {
  try {
    return await transport(request, { timeoutMs, bearer: token.reveal() });
  } catch {
    return { kind: 'noReply', reason: 'connection', mayHaveExecuted: true, detail: 'the HTTP client failed' };
  }
}

export type { HttpExchange, PermittedCall, PermittedCallResult };
export { permittedCall };
