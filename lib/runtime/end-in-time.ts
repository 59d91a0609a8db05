import { Readable } from 'node:stream';
import type { Deadline } from './deadlines.ts';

/** As much of an SDK client as a deadline needs: every client has it. */
interface Client {
  readonly middlewareStack: {
    add(middleware: AroundSend, options: { step: 'initialize'; priority: 'high'; name: string }): void;
    add(middleware: AroundAttempt, options: { step: 'deserialize'; priority: 'low'; name: string }): void;
  };
}

type Handler<Args, Result> = (args: Args) => Promise<Result>;
type AroundSend = <Args, Result>(next: Handler<Args, Result>, context: Context) => Handler<Args, Result>;
/** Behind the deserializer: the body of the response is still to be read. */
type AroundAttempt = <Args, Result extends { response: unknown }>(
  next: Handler<Args, Result>,
  context: Context,
) => Handler<Args, Result>;
/** One object for each `send`. */
type Context = { readonly clientName?: string; readonly commandName?: string };

/**
 * Makes every `send` of a client end by its deadline, and with the invocation: no call site can forget it, and no
 * behaviour of the other side matters. What has not ended by then is a `TimeoutError`, and takes no further attempt.
 * A write that was cut off may have taken effect, as after any lost reply.
 *
 * @param leftMs what is left of the invocation
 */
function endInTime(client: Client, { attemptMs, totalMs }: Deadline, leftMs: () => number): void {
  const endsAt = new WeakMap<Context, number>();

  const aroundSend: AroundSend = (next, context) => async (args) => {
    const mostMs = Math.min(totalMs, leftMs());
    if (mostMs <= 0) throw timeoutError(context, 'the invocation ends');
    endsAt.set(context, performance.now() + mostMs);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(timeoutError(context, `no end within ${Math.ceil(mostMs)} ms`)), mostMs);
    });
    const sent = next(args);
    // The one that comes second has nobody to hear it.
    sent.catch(() => {});
    try {
      return await Promise.race([sent, late]);
    } finally {
      clearTimeout(timer);
    }
  };

  const aroundAttempt: AroundAttempt = (next, context) => async (args) => {
    const startMs = performance.now();
    const endMs = Math.min(startMs + attemptMs, endsAt.get(context) ?? Number.POSITIVE_INFINITY);
    // An attempt after a send that has been given up: whoever gave it up has said that it failed.
    if (endMs <= startMs) throw timeoutError(context, 'given up before this attempt');
    const result = await next(args);
    endBody(result.response, endMs - performance.now(), context);
    return result;
  };

  client.middlewareStack.add(aroundSend, { step: 'initialize', priority: 'high', name: 'endSendInTime' });
  client.middlewareStack.add(aroundAttempt, { step: 'deserialize', priority: 'low', name: 'endAttemptInTime' });
}

/** Breaks a body off that has not come to its end, whether the SDK reads it or, as a stream, its caller. */
function endBody(response: unknown, mostMs: number, context: Context): void {
  const body = typeof response === 'object' && response !== null && 'body' in response ? response.body : undefined;
  if (!(body instanceof Readable)) return;
  const timer = setTimeout(() => body.destroy(timeoutError(context, 'the reply did not end')), Math.max(0, mostMs));
  body.once('close', () => clearTimeout(timer));
  // Nobody may be reading any more, and an error that nobody hears ends the process.
  body.on('error', () => {});
}

/** The SDK tries again after an error of this name. */
function timeoutError({ clientName, commandName }: Context, why: string): Error {
  return Object.assign(new Error(`${clientName} ${commandName}: ${why}`), { name: 'TimeoutError' });
}

export { endInTime };
