import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as z from 'zod';
import { faultRequestSchema } from './fault-names.ts';
import { withBearer } from './guard.ts';
import type { Serving } from './serving.ts';

const MAX_BODY_BYTES = 10_000;

const mappingSchema = z.strictObject({ enabled: z.boolean() });

/**
 * For commands in other terminals, with the token of the descriptor:
 *
 * - `GET /status`: whether messages are taken, the function's settings, the faults that are on.
 * - `POST /mapping` `{"enabled":false}`
 * - `POST /faults` `{"name":"outage","on":true,"forSeconds":600}`
 */
function controlRoutes({ relay, rehearsals, live, controlToken }: Serving): Hono {
  const routes = new Hono();
  routes.use('*', withBearer(controlToken), bodyLimit({ maxSize: MAX_BODY_BYTES }));

  routes.get('/status', async (context) => {
    const { verdict, seen, letters } = await live.look();
    return context.json({
      mapping: { enabled: relay.mapping.isEnabled(), ...(seen.lastFailure && { lastFailure: seen.lastFailure }) },
      settings: relay.settings,
      state: verdict.state,
      reasons: verdict.reasons,
      queue: seen.queue,
      deadLetters: letters,
      faults: rehearsals === undefined ? null : faultsOf(rehearsals.active()),
    });
  });

  routes.post('/mapping', async (context) => {
    const read = mappingSchema.safeParse(await context.req.json().catch(() => undefined));
    if (!read.success) return context.json({ error: 'the body must be {"enabled":true} or {"enabled":false}' }, 400);
    relay.mapping.enable(read.data.enabled);
    return context.json({ enabled: relay.mapping.isEnabled() });
  });

  routes.post('/faults', async (context) => {
    if (rehearsals === undefined) return context.json({ error: NO_FAKE }, 409);
    const read = faultRequestSchema.safeParse(await context.req.json().catch(() => undefined));
    if (!read.success) return context.json({ error: z.prettifyError(read.error) }, 400);
    const problem = await rehearsals.apply(read.data);
    return problem === undefined
      ? context.json({ faults: faultsOf(rehearsals.active()) })
      : context.json({ error: problem }, 400);
  });
  return routes;
}

const NO_FAKE = 'this relay runs against a real Marketo, which has no switches';

function faultsOf(active: readonly { readonly untilMs?: number }[]): readonly object[] {
  return active.map(({ untilMs, ...fault }) => ({
    ...fault,
    ...(untilMs === undefined ? {} : { until: new Date(untilMs).toISOString() }),
  }));
}

export { controlRoutes, NO_FAKE };
