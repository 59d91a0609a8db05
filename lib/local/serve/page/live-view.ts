import { html } from '../../../triage/html.ts';
import type { LiveStatus, Sample } from '../live.ts';
import type { Rehearsal } from '../rehearsals.ts';
import { count, type Html, shownText, when } from './html.ts';
import { tokenField } from './layout.ts';
import { type Line, plot } from './plot.ts';

interface LiveInput {
  readonly status: LiveStatus;
  readonly history: readonly Sample[];
  readonly rehearsals: readonly Rehearsal[];
  readonly token: string;
}

/** Samples that a plot has room for at least: of the first minute. */
const LEAST_LENGTH = 60;

/** What changes while one looks: the script fetches it again every second. */
function liveView(input: LiveInput): Html {
  return html`<div class="live" data-count="${input.status.letters}">
${stateView(input)}
${input.rehearsals.length === 0 ? '' : rehearsalsView(input)}
<div class="cards">${cards(input)}</div>
</div>`;
}

function stateView({ status, token }: LiveInput): Html {
  const { verdict, seen } = status;
  const until = verdict.untilMs === undefined ? '' : html` until <b>${when(verdict.untilMs)}</b>`;
  const isPaused = seen.mapping === 'disabled';
  const reasons = verdict.reasons.map((reason) => html`<li><bdi>${shownText(reason)}</bdi></li>`);
  return html`<section class="state ${verdict.state}" aria-label="State">
<div><p class="word">${verdict.state}${until}</p>${reasons.length === 0 ? html`<p>Messages are taken as they come.</p>` : html`<ul>${reasons}</ul>`}</div>
<form method="post" action="/do/mapping">${tokenField(token)}<button name="enabled" value="${isPaused ? 'true' : 'false'}">${isPaused ? 'Resume' : 'Pause'}</button></form>
</section>`;
}

function rehearsalsView({ rehearsals, token }: LiveInput): Html {
  const rows = rehearsals.map(
    ({ name, detail, operation, untilMs }) => html`<li><b>${name}</b> ${detail}
<span class="quiet">${untilMs === undefined ? 'until it is switched off' : `until ${when(untilMs)}`}</span>
<form method="post" action="/do/faults">${tokenField(token)}<input type="hidden" name="name" value="${name}">
${operation === undefined ? '' : html`<input type="hidden" name="operation" value="${operation}">`}
<button name="on" value="false">Switch off</button></form></li>`,
  );
  return html`<section class="faults-on" aria-label="Faults that are on"><h2>Faults that are on</h2><ul>${rows}</ul></section>`;
}

function cards({ status, history }: LiveInput): readonly Html[] {
  const { ledger, limits, queue } = status.seen;
  const series = (name: string, tone: Line['tone'], of: (sample: Sample) => number): Line => ({
    name,
    tone,
    values: history.map(of),
  });
  const length = Math.max(LEAST_LENGTH, history.length);
  const used = ledger?.usedToday ?? 0;
  const left = status.seen.ledger?.daySpentUntilMs === undefined ? (ledger?.leftToday ?? limits.dayCalls) : 0;
  const seconds = limits.windowMs / 1000;
  return [
    card({
      title: 'Window',
      value: ledger?.callsInWindow ?? 0,
      of: limits.windowCalls,
      note: `of ${limits.windowCalls} calls in any ${seconds} s`,
      plot: plot({
        title: 'Window',
        lines: [series('calls', 'a', (sample) => sample.callsInWindow)],
        limit: limits.windowCalls,
        length,
      }),
    }),
    card({
      title: 'Slots',
      value: ledger?.callsInFlight ?? 0,
      of: limits.slots,
      note: `of ${limits.slots} calls in flight`,
      plot: plot({
        title: 'Slots',
        lines: [series('calls', 'b', (sample) => sample.callsInFlight)],
        limit: limits.slots,
        length,
      }),
    }),
    card({
      title: 'Quota',
      value: used,
      of: limits.dayCalls,
      note: `calls today, ${count(left)} left${ledger === undefined ? '' : ` until ${when(ledger.dayResetsAtMs)}`}`,
      plot: plot({ title: 'Quota', lines: [series('used', 'c', (sample) => sample.usedToday)], length }),
    }),
    card({
      title: 'Queue',
      value: queue.visible + queue.delayed + queue.inFlight,
      note: `messages, ${drainText(status)}`,
      plot: plot({
        title: 'Queue',
        lines: [
          series('visible', 'a', (sample) => sample.waiting),
          series('delayed', 'c', (sample) => sample.delayed),
          series('in flight', 'b', (sample) => sample.inFlight),
        ],
        length,
      }),
    }),
  ];
}

interface Card {
  readonly title: string;
  readonly value: number;
  readonly of?: number;
  readonly note: string;
  readonly plot: Html;
}

function card({ title, value, of, note, plot: drawing }: Card): Html {
  const gauge =
    of === undefined
      ? ''
      : html`<svg class="gauge" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="back" width="100" height="4" /><rect class="fill" width="${((100 * Math.min(value, of)) / of).toFixed(1)}" height="4" /></svg>`;
  return html`<section class="card"><h2>${title}</h2><p class="figure"><b>${count(value)}</b> <span class="quiet">${note}</span></p>${gauge}${drawing}</section>`;
}

function drainText({ drain }: LiveStatus): string {
  if (drain.messages === 0) return 'nothing waits';
  const by = drain.limitedBy === 'nothing' ? '' : `, limited by the ${drain.limitedBy}`;
  if (drain.atMostSeconds === undefined) return `nothing goes out${by}`;
  return `drained in ${drain.atMostSeconds < 60 ? `${Math.ceil(drain.atMostSeconds)} s` : `${Math.ceil(drain.atMostSeconds / 60)} min`} at most${by}`;
}

export { liveView };
