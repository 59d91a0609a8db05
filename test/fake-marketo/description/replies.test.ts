import { afterEach, describe, expect, it } from 'vitest';
import { ALL, findRoute } from '../../../lib/fake-marketo/routes.ts';
import { type Caller, type Reply, startCaller, stopAll } from '../support/caller.ts';
import { DESCRIBED, describedFor, exampleOf } from './description.ts';
import { DEVIATIONS, deviationsFor } from './deviations.ts';
import { EXCHANGES, type Exchange, LAST_EXPORT } from './exchanges.ts';
import { replyProblems } from './reply-problems.ts';

afterEach(stopAll);

const BULK_ROOT = /^\/(rest|bulk)\//;

async function send(caller: Caller, { method, path, body, form, file }: Exchange): Promise<Reply> {
  if (file !== undefined) {
    const part = 'Content-Disposition: form-data; name="file"; filename="a.csv"';
    const raw = `--b\r\n${part}\r\n\r\n${file}\r\n--b--`;
    return caller.call(path, { raw, contentType: 'multipart/form-data; boundary=b' });
  }
  return caller.call(path, {
    method,
    ...(body === undefined ? {} : { body }),
    ...(form === undefined ? {} : { form }),
  });
}

describe('the paths of the fake', () => {
  it('are those of the description, played or refused, and one more', () => {
    const paths = DESCRIBED.filter(({ path }) => BULK_ROOT.test(path));
    const lacking = paths.filter(({ method, path }) => findRoute(method, exampleOf(path)).kind !== 'found');
    const more = ALL.filter(({ method, path }) => describedFor(method, exampleOf(path)) === undefined);
    expect(lacking.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
    expect(more.map(({ method, path }) => `${method} ${path}`)).toEqual(['DELETE /rest/v1/leads.json']);
  });

  it('are refused by name where the fake does not play them', async () => {
    const caller = await startCaller();
    const reply = await caller.call('/rest/v1/leads/1001/listMembership.json');
    expect(reply.status).toBe(501);
    expect(reply.text).toContain('does not model GET /rest/v1/leads/1001/listMembership.json');
    expect(caller.fake.stats.executed).toEqual({});
  });

  it('are refused as unknown where Marketo has none', async () => {
    const caller = await startCaller();
    expect((await caller.call('/rest/asset/v1/folder/8001/approveDraft.json', { method: 'POST' })).code).toBe('610');
  });
});

describe('the replies of the fake', () => {
  it('have the members and types of the description, but for the listed deviations', async () => {
    const caller = await startCaller({ rateLimitCalls: 10_000 });
    const found = new Map<string, string>();
    const played = new Set<string>();
    let lastExport = '';
    for (const exchange of EXCHANGES) {
      const url = exchange.path.replace(LAST_EXPORT, lastExport);
      const [path = ''] = url.split('?');
      const reply = await send(caller, { ...exchange, path: url });
      lastExport = String(reply.result[0]?.exportId ?? lastExport);
      const route = findRoute(exchange.method, path);
      if (route.kind === 'found') played.add(`${route.operation.method} ${route.operation.path}`);
      const described = describedFor(exchange.method, path);
      if (described === undefined || reply.json.success !== true) continue;
      for (const problem of replyProblems(described, reply.json)) found.set(problem, exchange.path);
    }
    expect(caller.fake.stats.internalErrors).toEqual([]);
    const unknown = [...found].filter(([problem]) => deviationsFor(problem).length !== 1);
    const stale = DEVIATIONS.filter(
      (row) => ![...found.keys()].some((problem) => deviationsFor(problem).includes(row)),
    );
    expect(unknown).toEqual([]);
    expect(stale.map(({ problem }) => problem)).toEqual([]);
    const modelled = ALL.filter(({ name }) => !name.startsWith('unmodelled')).map(
      ({ method, path }) => `${method} ${path}`,
    );
    expect(modelled.filter((operation) => !played.has(operation))).toEqual([]);
  });
});
