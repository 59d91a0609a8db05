import { html, verbatim } from '../../../triage/html.ts';
import { FAULTS, type FaultName } from '../fault-names.ts';
import type { Html } from './html.ts';
import { tokenField } from './layout.ts';

interface OverviewInput {
  readonly live: Html;
  readonly token: string;
  /** Of the fake, for one code for one operation; none with a real Marketo. */
  readonly operations: readonly string[];
  readonly hasFake: boolean;
  /** What was to be published and could not be. */
  readonly draft?: { readonly body: string; readonly problems: readonly string[] };
}

const EXAMPLE = JSON.stringify(
  {
    path: '/rest/v1/leads.json',
    body: { action: 'createOrUpdate', lookupField: 'email', input: [{ email: 'ada@example.com', firstName: 'Ada' }] },
  },
  null,
  2,
);

function overview(input: OverviewInput): Html {
  return html`<div id="live">${input.live}</div>
${input.hasFake ? faultsView(input) : ''}
${publishView(input)}`;
}

function publishView({ token, draft }: OverviewInput): Html {
  const problems = draft === undefined ? '' : problemsView(draft.problems);
  return html`<section class="panel"><h2>Publish a message</h2>
<form method="post" action="/do/publish">${tokenField(token)}
<label for="body">The message, as a publisher would put it on the queue</label>
<textarea id="body" name="body" rows="11" spellcheck="false">${verbatim(draft?.body ?? EXAMPLE)}</textarea>${problems}
<p class="row"><button class="main">Publish</button> <label><input type="checkbox" name="anyway" value="true"> even if the relay will refuse it</label></p>
</form></section>`;
}

function problemsView(problems: readonly string[]): Html {
  return html`<ul class="problems" role="alert">${problems.map((problem) => html`<li><bdi>${problem}</bdi></li>`)}</ul>`;
}

/** The further fields of a fault. */
function fieldsOf(name: FaultName, operations: readonly string[]): Html | string {
  switch (name) {
    case 'outage':
      return html`<select name="how" aria-label="How"><option value="badGateway">HTTP 502</option><option value="refuse">nothing listens</option><option value="reset">connection reset</option></select>`;
    case 'slow':
      return html`<input name="factor" type="number" min="1" max="1000" value="10" aria-label="Times as long"> times`;
    case 'trickle':
      return html`<input name="byteMs" type="number" min="1" max="10000" value="50" aria-label="Milliseconds a byte"> ms a byte`;
    case 'code':
      return html`<input name="code" inputmode="numeric" pattern="[0-9]{3,4}" value="1006" aria-label="Code" required>
<select name="operation" aria-label="Operation">${operations.map((operation) =>
        operation === 'syncLeads' ? html`<option selected>${operation}</option>` : html`<option>${operation}</option>`,
      )}</select>
<label><input type="checkbox" name="record" value="true"> first record only</label>`;
    default:
      return '';
  }
}

function faultsView({ token, operations }: OverviewInput): Html {
  const rows = (Object.entries(FAULTS) as [FaultName, string][]).map(
    ([
      name,
      what,
    ]) => html`<li><form method="post" action="/do/faults">${tokenField(token)}<input type="hidden" name="name" value="${name}">
<p class="what"><b>${name}</b><span class="quiet">${what}</span></p>
<p class="row">${fieldsOf(name, operations)}
<select name="forSeconds" aria-label="For how long"><option value="60">for 1 min</option><option value="600" selected>for 10 min</option><option value="3600">for 1 h</option><option value="">until switched off</option></select>
<button name="on" value="true" aria-label="Switch on ${name}">Switch on</button></p></form></li>`,
  );
  return html`<section class="panel"><h2>Rehearse a fault</h2><ul class="faults">${rows}</ul></section>`;
}

export { overview, problemsView };
