import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { checkMessageText } from '../../message/check-message.ts';
import { layOut } from '../../message/json-tree.ts';
import { MAX_MESSAGE_BYTES } from '../../settings/policy.ts';
import { faultRequestSchema } from './fault-names.ts';
import { isSame } from './guard.ts';
import { shownMessage } from './page/letter.ts';
import { groupKey } from './page/letters.ts';
import { showLetter, showOverview } from './page-routes.ts';
import type { Serving } from './serving.ts';

type Form = Readonly<Record<string, string>>;

/** A form holds a message, its characters written out three times as long, and little else. */
const MAX_FORM_BYTES = 4 * MAX_MESSAGE_BYTES;
/** The command line sends any number, at a rate. */
const MAX_GROUP = 1_000;
const WHO = 'the page of the local relay';

/** What the forms of the page do: each carries the token, and each ends in a redirect, so that a reload does nothing twice. */
function doRoutes(serving: Serving): Hono {
  const { relay, rehearsals, desk, live, nowMs } = serving;
  const routes = new Hono();
  routes.use('*', bodyLimit({ maxSize: MAX_FORM_BYTES }));
  const onForm = (path: string, act: (context: Context, form: Form) => Promise<Response>): void => {
    routes.post(path, async (context) => {
      const form = textsOf(await context.req.parseBody());
      if (!isSame(form.token ?? '', serving.formToken)) {
        return context.text('This form is of an earlier run of the relay: go back and reload the page.\n', 403);
      }
      return act(context, form);
    });
  };

  onForm('/do/publish', async (context, { body = '', anyway }) => {
    const text = withLineFeeds(body).trim();
    const checked = checkMessageText(text);
    if (checked.kind === 'invalid' && anyway !== 'true') {
      const problems = checked.problems.map(
        ({ path, expected }) => `${path === '' ? 'The message' : path}: expected ${expected}`,
      );
      return showOverview(context, serving, { body: text, problems });
    }
    try {
      const [messageId = ''] = await relay.publish([text]);
      return context.redirect(`/?published=${encodeURIComponent(messageId)}`, 303);
    } catch (error) {
      return showOverview(context, serving, {
        body: text,
        problems: [error instanceof Error ? error.message : String(error)],
      });
    }
  });

  onForm('/do/mapping', async (context, { enabled }) => {
    const isEnabled = enabled === 'true';
    if (isEnabled) await live.notes.remove();
    else await live.notes.write({ by: 'person', who: WHO, reason: 'paused with its button', sinceMs: nowMs() });
    relay.mapping.enable(isEnabled);
    return context.redirect('/', 303);
  });

  onForm('/do/faults', async (context, { token: _token, ...form }) => {
    const read = faultRequestSchema.safeParse(faultOf(form));
    const problem = read.success ? await rehearsals?.apply(read.data) : read.error.issues[0]?.message;
    if (problem !== undefined) return context.text(`${problem}\n`, 400);
    return context.redirect('/', 303);
  });

  onForm('/do/resend', async (context, { group }) => {
    const letters = desk
      .list()
      .filter(({ facts }) => groupKey(facts) === group)
      .toReversed()
      .slice(0, MAX_GROUP);
    const outcomes = await desk.resend(
      letters.map(({ facts }) => ({ messageId: facts.messageId, includeUnknown: false })),
    );
    const sent = outcomes.filter(({ kind }) => kind === 'sent').length;
    const [first] = outcomes.flatMap((each) =>
      each.kind === 'notSent' ? [each.detail] : each.kind === 'refused' ? each.problems : [],
    );
    const query = new URLSearchParams({ sent: `${sent}`, stayed: `${letters.length - sent}`, why: first ?? '' });
    return context.redirect(`/letters?${query}`, 303);
  });

  onForm('/letters/:id', async (context, { body = '', action, includeUnknown }) => {
    const messageId = context.req.param('id') ?? '';
    const opened = await desk.open(messageId);
    if (opened === undefined) return showLetter(context, serving, messageId);
    const text = withLineFeeds(body);
    const request = {
      messageId,
      includeUnknown: includeUnknown === 'true',
      // As it was, to the last blank, unless it was edited.
      ...(text.trim() === shownMessage(opened).trim() ? {} : { editedBody: layOut(text.trim(), 0) }),
    };
    const [outcome] = action === 'check' ? [await desk.check(request)] : await desk.resend([request]);
    if (outcome?.kind === 'sent') {
      const said = encodeURIComponent(outcome.relayId);
      const isCheck = action === 'check';
      if (isCheck && request.editedBody !== undefined) {
        return showLetter(context, serving, messageId, { body: text, problems: [], isGood: true });
      }
      return context.redirect(
        isCheck ? `/letters/${encodeURIComponent(messageId)}?could=${said}` : `/letters?sent=${said}`,
        303,
      );
    }
    const problems = outcome?.kind === 'refused' ? outcome.problems : [outcome?.detail ?? 'It was not sent.'];
    return showLetter(context, serving, messageId, { body: text, problems });
  });
  return routes;
}

function textsOf(form: Record<string, unknown>): Form {
  return Object.fromEntries(
    Object.entries(form).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
  );
}

/** A form's lines end in CRLF (HTML: form submission). */
function withLineFeeds(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function faultOf({ on, record, ...form }: Form): Record<string, unknown> {
  const given = Object.entries(form).filter(([, value]) => value !== '');
  return {
    ...Object.fromEntries(
      given.map(([name, value]) => [name, NUMBERS.has(name) && value.trim() !== '' ? Number(value) : value]),
    ),
    on: on === 'true',
    ...(record === undefined ? {} : { record: record === 'true' }),
  };
}

const NUMBERS: ReadonlySet<string> = new Set(['forSeconds', 'factor', 'atLeastMs', 'byteMs']);

export { doRoutes };
