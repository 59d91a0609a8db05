import type { FakeMarketo } from '../../../fake-marketo/server.ts';
import { html } from '../../../triage/html.ts';
import { count, type Html, shownText, when } from './html.ts';

const MAX_PEOPLE = 20;
const MAX_OBJECTS = 20;
const MAX_CALLS = 30;
const MAX_FIELDS = 8;

/** What the fake knows, and its last calls. */
function marketoView(fake: FakeMarketo, search: string): Html {
  const { database } = fake;
  const wanted = search.trim().toLowerCase();
  const everybody = [...database.leads.all()];
  const people = everybody
    .filter(
      (lead) =>
        wanted === '' || [...lead.fields.values()].some((value) => String(value).toLowerCase().includes(wanted)),
    )
    .sort((one, other) => other.updatedAtMs - one.updatedAtMs);
  return html`<section class="panel"><h2>People <span class="count">${count(everybody.length)}</span></h2>
<form method="get" action="/marketo" class="row"><input type="search" name="search" value="${shownText(search, 200)}" placeholder="e-mail, name, any value" aria-label="Search people"><button>Search</button></form>
${table(
  ['Id', 'E-mail', 'Fields', 'Updated'],
  people
    .slice(0, MAX_PEOPLE)
    .map((lead) => [
      String(lead.id),
      String(lead.fields.get('email') ?? ''),
      fieldsText([...lead.fields].filter(([name]) => name !== 'email')),
      when(lead.updatedAtMs),
    ]),
  people.length,
)}</section>
${[...database.objects]
  .filter(([, objects]) => objects.size > 0)
  .map(
    ([
      name,
      objects,
    ]) => html`<details class="panel"><summary><h2>${name} <span class="count">${count(objects.size)}</span></h2></summary>
${table(
  [objects.type.idField, 'Fields', 'Updated'],
  [...objects.all()]
    .sort((one, other) => other.updatedAtMs - one.updatedAtMs)
    .slice(0, MAX_OBJECTS)
    .map((object) => [String(object.id), fieldsText([...object.values]), when(object.updatedAtMs)]),
  objects.size,
)}</details>`,
  )}
<details class="panel"><summary><h2>Lists and programs <span class="count">${count(database.lists.size + database.programs.size)}</span></h2></summary>
${table(
  ['Id', 'Name', 'Members'],
  [
    ...[...database.lists.values()].map(({ id, name, members }) => [String(id), `list ${name}`, String(members.size)]),
    ...[...database.programs.values()].map(({ id, name, members }) => [
      String(id),
      `program ${name}`,
      String(members.size),
    ]),
  ],
  database.lists.size + database.programs.size,
)}</details>
${callsView(fake)}`;
}

function callsView(fake: FakeMarketo): Html {
  const calls = fake.calls().toReversed();
  return html`<section class="panel"><h2>Last calls</h2>${table(
    ['At', 'Call', 'Operation', 'Answer', 'Took'],
    calls
      .slice(0, MAX_CALLS)
      .map((call) => [
        when(call.arrivedAtMs),
        `${call.method} ${call.path}`,
        call.operation ?? call.kind,
        [call.code ?? (call.status === 0 ? 'none' : 'ok'), ...new Set(call.recordCodes)].join(', '),
        `${call.endedAtMs - call.arrivedAtMs} ms`,
      ]),
    calls.length,
  )}</section>`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[], total: number): Html {
  if (rows.length === 0) return html`<p class="empty">None.</p>`;
  const more = total - rows.length;
  return html`<div class="scroll"><table><thead><tr>${heads.map((head) => html`<th>${head}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td><bdi>${shownText(cell, 300)}</bdi></td>`)}</tr>`)}</tbody></table></div>
${more > 0 ? html`<p class="quiet">${count(more)} more.</p>` : ''}`;
}

function fieldsText(fields: readonly (readonly [string, unknown])[]): string {
  const known = fields.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const shown = known
    .slice(0, MAX_FIELDS)
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  return [...shown, ...(known.length > MAX_FIELDS ? [`and ${known.length - MAX_FIELDS} more`] : [])].join(', ');
}

export { marketoView };
