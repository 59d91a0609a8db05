import type { LetterGroup } from '../dead-letter/triage/group.ts';
import type { LetterFacts } from '../dead-letter/triage/queued-letter.ts';
import { shorten } from '../message/json-text.ts';
import type { LettersSeen, Remark, Resent } from './desk.ts';
import { groupParts, short } from './group-parts.ts';
import { type Html, html } from './html.ts';
import type { TriageRequest } from './request.ts';

/** How a button is made where the page is shown: CloudWatch and the local page each have their own. */
type Button = (label: string, request: Exclude<TriageRequest, { kind: 'describe' }>, primary?: boolean) => Html;

const MOST_GROUPS = 100;
const MOST_REMARKS = 20;
const MOST_SAMPLE = 30_000;

function renderList({ groups, read, left, hidden, atMs }: LettersSeen, button: Button): Html {
  if (read === 0) {
    return html`<p>No dead letters${hidden > 0 ? `: ${hidden} hidden by another reader just now` : ''}.</p>${button('Look again', { kind: 'list' })}`;
  }
  const more = [
    ...(left > 0 ? [`${left} more are not looked at here`] : []),
    ...(hidden > 0 ? [`${hidden} are hidden by another reader just now`] : []),
    ...(groups.length > MOST_GROUPS ? [`${groups.length - MOST_GROUPS} smaller groups are not shown`] : []),
  ];
  return html`<p>${read} dead letters at ${instant(atMs)}. ${more.join('; ')}</p>
<table><tr><th>Letters</th><th>Code</th><th>Where</th><th>What it means, and what to do</th><th></th></tr>
${groups.slice(0, MOST_GROUPS).map((group) => row(group, button))}
</table>${button('Look again', { kind: 'list' })}`;
}

function row(group: LetterGroup, button: Button): Html {
  const { code, name, where, meaning, remedy, said, notes } = groupParts(group);
  return html`<tr><td>${group.count}</td><td>${code}<br>${name}</td><td>${where.map((one) => html`${one}<br>`)}</td>
<td>${meaning}<br><b>${remedy}</b><br><i>${said}</i><br>${notes.map((one) => html`${one} `)}</td>
<td>${button('A sample', { kind: 'sample', code: group.code })} ${button('Send again', { kind: 'confirm', code: group.code })}</td></tr>
`;
}

function renderSample(code: string, sample: { facts: LetterFacts; text: string } | undefined, button: Button): Html {
  const back = button('Back', { kind: 'list' });
  if (sample === undefined) return html`<p>No letter of ${code} is there any more.</p>${back}`;
  const { facts, text } = sample;
  return html`<p>The newest letter of <b>${code}</b>: ${short(facts.relayId)}, dead since ${instant(facts.deadAtMs)}, ${facts.attempts} attempts.</p>
<p>${short(facts.message)}</p><pre>${shorten(text, MOST_SAMPLE)}</pre>${back}`;
}

/** What is confirmed is what was seen: letters that come later stay. */
function renderConfirm(code: string, { groups, atMs, left }: LettersSeen, button: Button): Html {
  const ofCode = groups.filter((group) => group.code === code);
  const count = ofCode.reduce((sum, group) => sum + group.count, 0);
  const unknown = ofCode.reduce((sum, group) => sum + group.outcomeUnknown, 0);
  const back = button('Back', { kind: 'list' });
  if (count === 0) return html`<p>No letter of ${code} is there any more.</p>${back}`;
  return html`<p>Send ${count - unknown} letters of <b>${code}</b> again, as they are? Those of ${instant(atMs)} and before.</p>
<p><b>${short(ofCode[0]?.remedy ?? '')}</b></p>
<p>What is still wrong with them comes back as a letter. ${unknown > 0 ? `${unknown} stay: Marketo may have done them already.` : ''}
${left > 0 ? `There are ${left} more letters than are looked at at once.` : ''}
To mend them first, use the command line: relay dead-letters resend --code ${code} --set ...</p>
${button(`Send ${count - unknown} letters`, { kind: 'resend', code, untilMs: atMs }, true)} ${back}`;
}

function renderResent(code: string, { sent, skipped, failed, notRemoved, left }: Resent, button: Button): Html {
  return html`<p>${sent} letters of <b>${code}</b> are on the queue again.${left > 0 ? ` ${left} are left: do it again.` : ''}</p>
${remarks('Not sent, and left where they are', skipped)}${remarks('Not accepted by the queue, and left where they are', failed)}
${remarks('On the queue again, and still among the letters: take care not to send them twice', notRemoved)}
${button('Back', { kind: 'list' })}`;
}

function remarks(title: string, list: readonly Remark[]): Html {
  if (list.length === 0) return html``;
  const shown = list
    .slice(0, MOST_REMARKS)
    .map(({ relayId, detail }) => html`<li>${short(relayId)}: ${short(detail)}</li>`);
  const more = list.length > MOST_REMARKS ? ` (${MOST_REMARKS} of ${list.length})` : '';
  return html`<p>${title}${more}:</p><ul>${shown}</ul>`;
}

function renderProblem(detail: string, button: Button): Html {
  return html`<p>The dead letters could not be read: ${short(detail)}</p>${button('Try again', { kind: 'list' })}`;
}

function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export type { Button };
export { renderConfirm, renderList, renderProblem, renderResent, renderSample };
