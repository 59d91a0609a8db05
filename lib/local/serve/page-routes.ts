import { readFile } from 'node:fs/promises';
import { type Context, Hono } from 'hono';
import { FAULT_OPERATIONS } from './fault-operations.ts';
import { type Html, shownText } from './page/html.ts';
import { layout, layoutText, type Notice } from './page/layout.ts';
import { letterView } from './page/letter.ts';
import { lettersView } from './page/letters.ts';
import { liveView } from './page/live-view.ts';
import { marketoView } from './page/marketo.ts';
import { overview } from './page/overview.ts';
import type { Serving } from './serving.ts';

const ASSETS = [
  ['page.css', 'text/css; charset=utf-8'],
  ['page.js', 'text/javascript; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
] as const;

const CHECKED: Notice = { tone: 'good', text: 'Nothing is wrong with the message as it is edited now.' };
const OPERATIONS = [...FAULT_OPERATIONS.keys()];

interface Draft {
  readonly body: string;
  readonly problems: readonly string[];
  /** It was only checked, and nothing is wrong with it. */
  readonly isGood?: boolean;
}

/** The pages to look at. What changes something is in `do-routes.ts`. */
function pageRoutes(serving: Serving): Hono {
  const routes = new Hono();
  for (const [name, type] of ASSETS) {
    routes.get(`/${name}`, async (context) =>
      context.body(await readFile(new URL(`./assets/${name}`, import.meta.url)), 200, { 'content-type': type }),
    );
  }
  routes.get('/', (context) => showOverview(context, serving));
  routes.get('/live', async (context) => context.html((await live(serving)).html));
  routes.get('/letters', (context) => {
    const body = lettersView(serving.desk.list(), serving.formToken);
    return show(context, serving, { page: 'letters', title: 'Dead letters', body });
  });
  routes.get('/letters/:id', (context) => showLetter(context, serving, context.req.param('id')));
  routes.get('/marketo', (context) => {
    const { fake, marketoUrl } = serving.relay;
    const body =
      fake === undefined
        ? layoutText(`This relay runs against ${marketoUrl}: look there.`)
        : marketoView(fake, context.req.query('search') ?? '');
    return show(context, serving, {
      page: 'marketo',
      title: fake === undefined ? 'Marketo' : 'The fake Marketo',
      body,
    });
  });
  return routes;
}

async function showOverview(context: Context, serving: Serving, draft?: Draft): Promise<Response> {
  const body = overview({
    live: await live(serving),
    token: serving.formToken,
    operations: OPERATIONS,
    hasFake: serving.rehearsals !== undefined,
    ...(draft === undefined ? {} : { draft }),
  });
  return show(context, serving, { page: 'overview', title: 'Overview', body }, draft === undefined ? 200 : 422);
}

async function showLetter(context: Context, serving: Serving, messageId: string, draft?: Draft): Promise<Response> {
  const opened = await serving.desk.open(messageId);
  if (opened === undefined) {
    const body = layoutText('It is no longer on the dead-letter queue: sent again, or taken by somebody else.');
    return show(context, serving, { page: 'letters', title: 'No such letter', body }, 404);
  }
  const body = letterView({ opened, token: serving.formToken, ...(draft === undefined ? {} : { draft }) });
  const title = `Letter ${shownText(opened.facts.relayId, 60)}`;
  const isGood = draft === undefined || draft.isGood === true;
  const notice = draft?.isGood === true ? { notice: CHECKED } : {};
  return show(context, serving, { page: 'letters', title, body, ...notice }, isGood ? 200 : 422);
}

async function live(serving: Serving): Promise<Html> {
  return liveView({
    status: await serving.live.look(),
    history: serving.live.history(),
    rehearsals: serving.rehearsals?.active() ?? [],
    token: serving.formToken,
  });
}

async function show(
  context: Context,
  { relay }: Serving,
  page: Omit<Parameters<typeof layout>[0], 'letters'>,
  status: 200 | 404 | 422 = 200,
): Promise<Response> {
  const notice = page.notice ?? noticeOf(context);
  const letters = relay.lyingLetters().length;
  context.header('cache-control', 'no-store');
  return context.html(layout({ ...page, letters, ...(notice === undefined ? {} : { notice }) }).html, status);
}

/** What the last click came to, as `do-routes.ts` puts it into the address. */
function noticeOf(context: Context): Notice | undefined {
  const { sent, stayed, why, published, could } = context.req.query();
  if (published !== undefined) return { tone: 'good', text: `Published as SQS message ${shownText(published, 80)}.` };
  if (could !== undefined) return { tone: 'good', text: `${shownText(could, 140)} could be sent as it is.` };
  if (stayed !== undefined && stayed !== '0') {
    return {
      tone: 'bad',
      text: `Sent again: ${shownText(sent ?? '0', 140)}. Not sent: ${shownText(stayed, 20)}. ${shownText(why ?? '', 400)}`,
    };
  }
  return sent === undefined ? undefined : { tone: 'good', text: `Sent again: ${shownText(sent, 140)}.` };
}

export { pageRoutes, showLetter, showOverview };
