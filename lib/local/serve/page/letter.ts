import { layOut, memberOf, readJsonTree, textOf } from '../../../message/json-tree.ts';
import { html, verbatim } from '../../../triage/html.ts';
import { escapeUnsafe, printableText } from '../../print.ts';
import type { OpenLetter } from '../letter-desk.ts';
import { type Html, shownText, when } from './html.ts';
import { tokenField } from './layout.ts';
import { problemsView } from './overview.ts';

interface LetterInput {
  readonly opened: OpenLetter;
  readonly token: string;
  /** What somebody has edited and could not send. */
  readonly draft?: { readonly body: string; readonly problems: readonly string[] };
}

/** A page is to be read: the whole is on the queue and in the bucket. */
const MAX_PANEL = 60_000;

/** Why it is here, the message to mend, and what went over the wire. */
function letterView({ opened, token, draft }: LetterInput): Html {
  const { facts, isHidden } = opened;
  return html`<section class="panel why">
<p class="head"><b class="code">${shownText(facts.code, 60)}</b> ${shownText(facts.name, 200)}</p>
<p class="said"><bdi>${shownText(facts.message, 600)}</bdi></p>
<p>${shownText(facts.meaning)}</p><p class="remedy">${shownText(facts.remedy)}</p>
<dl>${detailsOf(opened).map(([term, text]) => html`<div><dt>${term}</dt><dd><bdi>${shownText(text, 300)}</bdi></dd></div>`)}</dl>
${isHidden ? html`<p class="warn">Somebody has received it just now: it can be read, and sent when it is given back.</p>` : ''}
${opened.isLost ? html`<p class="warn">Its message was cut, and is no longer in the overflow bucket.</p>` : ''}
</section>
<section class="panel"><h2>Mend it and send it again</h2>
<form method="post" action="/letters/${encodeURIComponent(facts.messageId)}">${tokenField(token)}
<label for="body">The message as its publisher wrote it; numbers stay digit for digit as they are</label>
<textarea id="body" name="body" rows="${rowsOf(draft?.body ?? shownMessage(opened))}" spellcheck="false">${verbatim(draft?.body ?? shownMessage(opened))}</textarea>
${draft === undefined ? '' : problemsView(draft.problems)}
${facts.outcomeUnknown ? html`<p><label><input type="checkbox" name="includeUnknown" value="true"> I have looked: Marketo has not done it. Send it under a new id.</label></p>` : ''}
<p class="row"><button class="main" name="action" value="send">Send again</button> <button name="action" value="check">Only check</button></p>
</form></section>
<div class="wire">${wireViews(opened)}</div>`;
}

function detailsOf({ facts, letter }: OpenLetter): readonly (readonly [string, string])[] {
  return [
    ['Id', facts.relayId],
    ['Operation', facts.operation ?? 'unknown'],
    ['Attempts', String(facts.attempts)],
    ...(facts.resends > 0 ? [['Sent again', `${facts.resends} times before`] as const] : []),
    ['First seen', when(facts.firstSeenMs)],
    ['Dead since', when(facts.deadAtMs)],
    ['SQS message', letter.messageId],
    ...(facts.overflow === undefined
      ? []
      : [['Whole letter', `s3://${facts.overflow.bucket}/${facts.overflow.key}`] as const]),
  ];
}

/** The message as the form shows it; sent back unchanged it is sent exactly as it was. */
function shownMessage({ message }: OpenLetter): string {
  return readJsonTree(message) === undefined ? printableText(message) : escapeUnsafe(layOut(message, 2));
}

function rowsOf(text: string): number {
  return Math.min(30, Math.max(8, text.split('\n').length + 1));
}

const TITLES = { file: 'Rows of the file', request: 'Request', response: 'Response', history: 'History' } as const;

function wireViews({ letter, whole, facts }: OpenLetter): readonly Html[] {
  if (facts.source === 'sqs') return [];
  const text = whole ?? letter.body;
  const root = readJsonTree(text);
  return (['file', 'request', 'response', 'history'] as const).flatMap((name) => {
    const node = memberOf(root, name);
    if (node === undefined) return [];
    if (node.kind === 'array' && node.items.length === 0) return [];
    const body = memberOf(node, 'body');
    const shown = body === undefined ? text.slice(node.start, node.end) : textOf(text, body);
    const first = ['method', 'url', 'status', 'none'].flatMap((member) => {
      const found = memberOf(node, member);
      return found === undefined ? [] : [textOf(text, found)];
    });
    return [panel(TITLES[name], first.join(' '), layOut(shown, 2))];
  });
}

function panel(title: string, first: string, text: string): Html {
  const shown = text.length > MAX_PANEL ? `${text.slice(0, MAX_PANEL)}\n... ${text.length - MAX_PANEL} more` : text;
  return html`<section class="panel"><h2>${title}</h2>${first === '' ? '' : html`<p class="url"><bdi>${shownText(first, 1_000)}</bdi></p>`}<pre><bdi>${printableText(shown)}</bdi></pre></section>`;
}

export { letterView, shownMessage };
