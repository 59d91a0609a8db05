import type { FakeMarketoOptions } from '../../../lib/fake-marketo/options.ts';
import { type FakeMarketo, startFakeMarketo } from '../../../lib/fake-marketo/server.ts';

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Code of the HTTP status or of `errors`; undefined for a success. */
  readonly code: string | undefined;
  readonly result: readonly Record<string, unknown>[];
  /** Codes of skipped records, in order. */
  readonly recordCodes: readonly string[];
  readonly json: Record<string, unknown>;
}

interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly raw?: string;
  readonly contentType?: string;
  readonly token?: string;
  readonly signal?: AbortSignal;
}

/** Talks to a fake directly, without any of the relay. */
class Caller {
  readonly fake: FakeMarketo;
  token = '';

  constructor(fake: FakeMarketo) {
    this.fake = fake;
  }

  identity(credentials: { id?: string; secret?: string } = {}): Promise<Reply> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credentials.id ?? this.fake.clientId,
      client_secret: credentials.secret ?? this.fake.clientSecret,
    });
    return send(`${this.fake.url}/identity/oauth/token`, { method: 'POST', body: form.toString() }, FORM);
  }

  async login(): Promise<this> {
    this.token = String((await this.identity()).json.access_token);
    return this;
  }

  call(path: string, options: CallOptions = {}): Promise<Reply> {
    const body = bodyOf(options);
    const method = options.method ?? (body === undefined ? 'GET' : 'POST');
    const type = options.contentType ?? (options.form === undefined ? JSON_TYPE : FORM);
    const init: RequestInit = { method };
    if (body !== undefined) init.body = body;
    if (options.signal !== undefined) init.signal = options.signal;
    const token = options.token ?? this.token;
    return send(this.fake.url + path, init, body === undefined ? undefined : type, token);
  }

  post(path: string, body: unknown): Promise<Reply> {
    return this.call(path, { method: 'POST', body });
  }

  syncLeads(input: readonly Record<string, unknown>[], more: Record<string, unknown> = {}): Promise<Reply> {
    return this.post('/rest/v1/leads.json', { ...more, input });
  }
}

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';

function bodyOf({ raw, form, body }: CallOptions): string | undefined {
  if (raw !== undefined) return raw;
  if (form !== undefined) return new URLSearchParams(form).toString();
  return body === undefined ? undefined : JSON.stringify(body);
}

async function send(url: string, init: RequestInit, contentType?: string, token?: string): Promise<Reply> {
  const headers = new Headers();
  if (contentType !== undefined) headers.set('content-type', contentType);
  if (token !== undefined && token !== '') headers.set('authorization', `Bearer ${token}`);
  const response = await fetch(url, { ...init, headers, redirect: 'manual' });
  return readReply(response.status, response.headers, await response.text());
}

function readReply(status: number, headers: Headers, text: string): Reply {
  const json = parse(text);
  const errors = Array.isArray(json.errors) ? json.errors : [];
  const result = Array.isArray(json.result) ? json.result : [];
  const reasons = result.flatMap((entry) => entry?.reasons ?? entry?.errors ?? []);
  return {
    status,
    headers,
    text,
    json,
    code: status === 200 ? errors[0]?.code : String(status),
    result,
    recordCodes: reasons.map((reason: { code: string }) => reason.code),
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** A clock that stands still until it is told to go on. */
class ManualClock {
  #nowMs: number;

  constructor(start: string) {
    this.#nowMs = Date.parse(start);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  advance(durationMs: number): void {
    this.#nowMs += durationMs;
  }
}

const started: FakeMarketo[] = [];

/** A fake and somebody who is logged in to it; ended by {@link stopAll}. */
async function startCaller(options: FakeMarketoOptions = {}): Promise<Caller> {
  const fake = await startFakeMarketo(options);
  started.push(fake);
  return new Caller(fake).login();
}

async function stopAll(): Promise<void> {
  await Promise.all(started.splice(0).map((fake) => fake.stop()));
}

/** Resolves as soon as `isSo`; looks at each turn of the event loop. */
function until(isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => (isSo() ? resolve() : setImmediate(look));
    look();
  });
}

/** Resolves at the end of the next call that fits. */
function nextCall(fake: FakeMarketo, path: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = fake.onCall((report) => {
      if (report.path !== path) return;
      stop();
      resolve();
    });
  });
}

export type { Reply };
export { Caller, ManualClock, nextCall, startCaller, stopAll, until };
