import { readFileSync, statSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { generateLines, toNdjson } from '../../examples/generate.ts';
import { localFaults } from '../../lib/fake-marketo/local-faults.ts';
import { type Caller, type Reply, startCaller, stopAll } from './support/caller.ts';

const FILE = new URL('../../examples/messages.ndjson', import.meta.url);
const UNLIMITED = { rateLimitCalls: 10_000, maxConcurrentCalls: 100 };

interface Request {
  readonly method?: string;
  readonly path: string;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
  readonly form?: Record<string, unknown>;
}

const lines: readonly unknown[] = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as unknown);

/** What the relay would send: the others are no messages. */
const requests = lines.filter((line): line is Request => {
  const { path, method = 'POST', body = {} } = (line ?? {}) as Partial<Request>;
  const isPath = typeof path === 'string' && /^\/(rest|rest\/asset|bulk)\/v1\/[^./%]/.test(path);
  return isPath && ['GET', 'POST', 'DELETE'].includes(method) && typeof body === 'object';
});

afterEach(stopAll);

describe('examples/messages.ndjson', () => {
  it('is what its generator writes', () => {
    expect(readFileSync(FILE, 'utf8') === toNdjson(generateLines())).toBe(true);
  });

  it('is some 250 messages with over 1,000 records, small enough for a repository', () => {
    const records = requests.reduce((sum, { body }) => sum + recordsIn(body), 0);
    expect(lines.length).toBeGreaterThanOrEqual(250);
    expect(lines.length).toBeLessThan(270);
    expect(records).toBeGreaterThan(1000);
    expect(statSync(FILE).size).toBeLessThan(3_000_000);
  });

  it('fits into SQS line by line, with two bodies near 1 MB', () => {
    const sizes = lines.map((line) => Buffer.byteLength(typeof line === 'string' ? line : JSON.stringify(line)));
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
    expect(sizes.filter((size) => size > 880_000)).toHaveLength(2);
  });

  it('has raw bodies, duplicate ids and a URI over 8 KB', () => {
    const ids = lines.flatMap((line) => (line as { id?: string }).id || []);
    const longest = Math.max(...requests.map((request) => urlOf(request).length));
    expect(lines.filter((line) => typeof line === 'string').length).toBeGreaterThanOrEqual(3);
    expect(ids.length - new Set(ids).size).toBe(2);
    expect(longest).toBeGreaterThan(8192);
  });

  it('brings these codes about at a fake with the shipped data, and leaves out what would hold a run up', async () => {
    const caller = await startCaller({ ...UNLIMITED, latencyMs: 0 });
    const seen = new Set<string>();
    for (const request of requests) for (const code of codesOf(await send(caller, request))) seen.add(code);
    const expected =
      '1001 1002 1003 1004 1005 1006 1007 1008 1009 1010 1011 1012 1013 1015 1017 1021 1022 1025 1027 1028 1035 1036 ' +
      '1037 1042 1048 1049 1076 1077 1078 1079 1080 414 605 610 612 701 702 704 709 710 711 712 714 718';
    expect([...seen].sort().join(' ')).toBe(expected);
    expect(caller.fake.stats.internalErrors).toEqual([]);
  });

  it('brings the same failures about in any order', async () => {
    const run = async (order: readonly Request[]) => {
      const caller = await startCaller({ ...UNLIMITED });
      const told = new Map<Request, string>();
      for (const request of order) told.set(request, failures(await send(caller, request)));
      return told;
    };
    const forwards = await run(requests);
    const backwards = await run(requests.toReversed());
    const different = requests.filter((request) => forwards.get(request) !== backwards.get(request));
    expect(different.map(urlOf)).toEqual([]);
  });
});

describe('localFaults', () => {
  it.each([1, 2, 3])(
    'strikes the shipped messages with faults that pass, and is spent afterwards (seed %i)',
    async (seed) => {
      const caller = await startCaller({
        ...UNLIMITED,
        faults: localFaults(seed).filter(({ gives }) => gives.kind !== 'latency'),
      });
      const codes: string[] = [];
      let faults = 0;
      caller.fake.onCall(({ fault }) => {
        faults += fault === undefined ? 0 : 1;
      });
      for (const request of requests) {
        const reply = await send(caller, request).catch(() => undefined);
        codes.push(...(reply === undefined ? ['reset'] : codesOf(reply)));
        if (codes.at(-1) === '602') await caller.login();
      }
      const faultsOfFirstPass = faults;
      for (const request of requests) await send(caller, request);
      expect(['502', '602', '604', '608', '611', '713', 'reset'].filter((code) => !codes.includes(code))).toEqual([]);
      expect(faultsOfFirstPass).toBe(8);
      expect(faults).toBe(8);
    },
  );

  it('depends on its seed alone', () => {
    expect(localFaults(5)).toEqual(localFaults(5));
    expect(localFaults(5)).not.toEqual(localFaults(6));
  });
});

function send(caller: Caller, request: Request): Promise<Reply> {
  const { body, form } = request;
  const method = request.method ?? (body === undefined && form === undefined ? 'GET' : 'POST');
  if (form === undefined) return caller.call(urlOf(request), { method, body });
  const fields = Object.entries(form).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  return caller.call(urlOf(request), { method, form: Object.fromEntries(fields) });
}

function urlOf({ path, query }: Request): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of [value].flat()) parameters.append(name, String(one));
  }
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

function codesOf(reply: Reply): string[] {
  return reply.code === undefined ? [...reply.recordCodes] : [reply.code];
}

/** Without 1015 and 1037, which say that what was wanted is so already: that does depend on the order. */
function failures(reply: Reply): string {
  const codes = codesOf(reply).filter((code) => code !== '1015' && code !== '1037');
  return codes.sort().join(' ');
}

function recordsIn(body: unknown): number {
  const input = (body as { input?: unknown } | undefined)?.input;
  if (Array.isArray(input)) return input.length;
  const leads = (input as { leads?: unknown } | undefined)?.leads;
  return Array.isArray(leads) ? leads.length : 0;
}
