import * as z from 'zod';
import { failed, VerbFailure } from '../verb-failure.ts';
import type { RelayTarget } from './target.ts';

/** What a command needs of `GET /status`; the page shows more of it. */
const statusSchema = z.looseObject({
  mapping: z.looseObject({
    enabled: z.boolean(),
    /** Why the last run of the delivery function failed. */
    lastFailure: z.string().optional(),
  }),
  /** Settings of the delivery function, as environment variables. */
  settings: z.record(z.string(), z.string()).optional(),
});

type ControlStatus = z.infer<typeof statusSchema>;

const TIMEOUT_MS = 5_000;
const MAX_REPLY_BYTES = 1_000_000;
const MAX_REASON = 500;

/** Asks the control server of a local relay. @throws {VerbFailure} when it does not answer as it should. */
async function askControl(target: RelayTarget, method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
  const { control } = target;
  if (control === undefined) throw failed('failed', `${target.name} has no control server`);
  const url = new URL(path, control.url);
  try {
    const reply = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${control.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = (await reply.text()).slice(0, MAX_REPLY_BYTES);
    if (!reply.ok) throw failed('failed', `the local relay refuses ${method} ${path}: ${reasonIn(text, reply.status)}`);
    return text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    if (error instanceof VerbFailure) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw failed('failed', `the local relay did not answer ${method} ${path} at ${control.url}: ${said}`);
  }
}

/** `{"error":"..."}`, or what else somebody answers. */
function reasonIn(text: string, status: number): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === 'string') return error.slice(0, MAX_REASON);
  } catch {
    // A page of something else at that port.
  }
  return `HTTP ${status} ${text.slice(0, MAX_REASON)}`;
}

async function controlStatus(target: RelayTarget): Promise<ControlStatus> {
  const read = statusSchema.safeParse(await askControl(target, 'GET', '/status'));
  if (read.success) return read.data;
  const where = read.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw failed('failed', `the local relay's status lacks ${where}: it is of another version than this command`);
}

export type { ControlStatus };
export { askControl, controlStatus };
