import type { LetterGroup } from '../dead-letter/triage/group.ts';
import { shorten } from '../message/json-text.ts';
import { type Html, html } from './html.ts';

/** What a page says of letters with one cause: the same in the widget and on the page of a local relay, each in its own frame. */
interface GroupParts {
  readonly code: Html;
  readonly name: Html;
  /** Operation, and the field or object that Marketo names; a line each. */
  readonly where: readonly Html[];
  readonly meaning: Html;
  readonly remedy: Html;
  /** What Marketo said in the newest. */
  readonly said: Html;
  /** What to know before they are sent again. */
  readonly notes: readonly Html[];
}

const MOST_TEXT = 2_000;

function groupParts(group: LetterGroup): GroupParts {
  const { code, name, operation, subject, meaning, remedy, message, outcomeUnknown, resent } = group;
  const where = [operation ?? '', subject === undefined ? '' : `${subject.kind} ${subject.name}`];
  return {
    code: html`<b class="code">${short(code)}</b>`,
    name: html`${short(name)}`,
    where: where.filter((one) => one !== '').map((one) => html`<bdi>${short(one)}</bdi>`),
    meaning: html`${short(meaning)}`,
    remedy: html`${short(remedy)}`,
    said: html`<bdi>${short(message)}</bdi>`,
    notes: [
      ...(outcomeUnknown > 0
        ? [html`${outcomeUnknown} may have been done by Marketo: they are not sent again from here.`]
        : []),
      ...(resent > 0 ? [html`${resent} were sent again before.`] : []),
    ],
  };
}

/** Of what somebody else wrote: a page is to be read. */
function short(text: string): string {
  return shorten(text, MOST_TEXT);
}

export type { GroupParts };
export { groupParts, short };
