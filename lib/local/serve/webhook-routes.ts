import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createSqsPublish } from '../../aws/sqs-publish.ts';
import { MAX_MESSAGE_BYTES } from '../../settings/policy.ts';
import { refused } from '../../webhook/answer.ts';
import { type Post, receivePost } from '../../webhook/receive.ts';
import type { Serving } from './serving.ts';

const WEBHOOK_PATH = '/webhook';
/** What API Gateway takes (API Gateway: quotas for REST APIs); what is over SQS's limit is told so. */
const MAX_BODY_BYTES = 10 * MAX_MESSAGE_BYTES;

/**
 * The webhook intake on this machine: `POST /webhook/messages` and `/webhook/forms/NAME`, by the code of the function. Nobody but
 * this machine is answered here, so that an unsigned request is let in; one that has a header of a signature is checked.
 */
function webhookRoutes({ relay, webhook, log, nowMs }: Serving): Hono {
  const routes = new Hono();
  const deps = {
    forms: webhook.forms,
    signature: 'whenSigned',
    secrets: async () => [webhook.secret],
    publish: createSqsPublish(relay.clients.sqs, relay.queueUrl),
    nowMs,
    log,
  } as const;
  const answer = async (post: Post): Promise<Response> => {
    const { status, headers, body } = await receivePost(post, deps);
    return new Response(`${body}\n`, { status, headers });
  };
  const tooLarge = (): Response => {
    const expected = `at most ${MAX_MESSAGE_BYTES} bytes, SQS's limit: split the records`;
    const { status, headers, body } = refused(413, 'tooLarge', [{ path: '', expected }]);
    return new Response(`${body}\n`, { status, headers });
  };
  routes.post(`${WEBHOOK_PATH}/*`, bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }), async (context) =>
    answer({
      path: context.req.path.slice(WEBHOOK_PATH.length),
      headers: Object.fromEntries(context.req.raw.headers),
      body: new Uint8Array(await context.req.arrayBuffer()),
    }),
  );
  return routes;
}

export { WEBHOOK_PATH, webhookRoutes };
