import { createHash } from 'node:crypto';
import { createGroups, type LetterGroup } from '../../../dead-letter/triage/group.ts';
import type { LetterFacts } from '../../../dead-letter/triage/queued-letter.ts';
import { groupParts } from '../../../triage/group-parts.ts';
import { html } from '../../../triage/html.ts';
import type { SeenLetter } from '../letter-desk.ts';
import { count, type Html, shownText, when } from './html.ts';
import { tokenField } from './layout.ts';

/** More are counted, not shown: the command line lists them all. */
const MAX_SHOWN = 200;

function lettersView(letters: readonly SeenLetter[], token: string): Html {
  if (letters.length === 0) {
    return html`<p class="empty">No dead letters. Publish a message that Marketo refuses, or rehearse a fault, to see one.</p>`;
  }
  const groups = createGroups();
  for (const { facts } of letters) groups.add(facts);
  const more = letters.length - MAX_SHOWN;
  return html`<section class="panel"><h2>By cause</h2><div class="groups">${groups.list().map((group) => groupView(group, token))}</div></section>
<section class="panel"><h2>Letters, the newest first</h2>
<div class="scroll"><table><thead><tr><th>Code</th><th>Id</th><th>Operation</th><th>What Marketo said</th><th>Dead since</th></tr></thead>
<tbody>${letters.slice(0, MAX_SHOWN).map(rowView)}</tbody></table></div>
${more > 0 ? html`<p class="quiet">${count(more)} more: <code>npm run relay -- dead-letters list --local</code> has them all.</p>` : ''}
</section>`;
}

function groupView(group: LetterGroup, token: string): Html {
  const { code, name, where, meaning, remedy, notes } = groupParts(group);
  return html`<article class="group">
<p class="head">${code} ${name} <span class="count">${count(group.count)}</span></p>
<p class="about">${where.map((one, index) => html`${index === 0 ? '' : ' · '}${one}`)}</p>
<p>${meaning}</p><p class="remedy">${remedy}</p>
${notes.map((one) => html`<p class="warn">${one}</p>`)}
<form method="post" action="/do/resend">${tokenField(token)}<input type="hidden" name="group" value="${groupKey(group)}">
<button>Send ${group.count === 1 ? 'it' : `all ${count(group.count)}`} again</button></form>
</article>`;
}

function rowView({ facts, isHidden }: SeenLetter): Html {
  return html`<tr><td><b class="code">${shownText(facts.code, 60)}</b></td>
<td><a href="/letters/${encodeURIComponent(facts.messageId)}"><bdi>${shownText(facts.relayId, 80)}</bdi></a>${isHidden ? html` <span class="quiet" title="Somebody has received it">read elsewhere</span>` : ''}</td>
<td>${shownText(facts.operation ?? '', 60)}</td><td class="said"><bdi>${shownText(facts.message, 200)}</bdi></td><td class="time">${when(facts.deadAtMs)}</td></tr>`;
}

/** What letters of one group have in common, as the form carries it: a digest, since what is in it is anybody's. */
function groupKey({ code, operation, subject }: Pick<LetterFacts, 'code' | 'operation' | 'subject'>): string {
  const identity = JSON.stringify([code, operation ?? null, subject?.kind ?? null, subject?.name ?? null]);
  return createHash('sha256').update(identity).digest('base64url');
}

export { groupKey, lettersView };
