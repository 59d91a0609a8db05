import { html } from '../../../triage/html.ts';
import type { Html } from './html.ts';

interface Line {
  readonly name: string;
  /** Class of the style sheet: `a`, `b` or `c`. */
  readonly tone: 'a' | 'b' | 'c';
  readonly values: readonly number[];
}

interface PlotInput {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Drawn across, dashed. */
  readonly limit?: number;
  /** Samples that fit: a plot fills from the right. */
  readonly length: number;
}

const WIDTH = 600;
const HEIGHT = 150;
const LEFT = 44;
const TOP = 8;
const BOTTOM = 20;

/** A plot of the last minutes, drawn on the server: no script draws, and a reader without one sees the last state. */
function plot({ title, lines, limit, length }: PlotInput): Html {
  const highest = Math.max(limit ?? 0, ...lines.flatMap(({ values }) => values));
  const top = niceTop(highest);
  const x = (index: number, count: number): number =>
    LEFT + ((index + length - count) / Math.max(1, length - 1)) * (WIDTH - LEFT - 2);
  const y = (value: number): number => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const now = lines.map(({ name, values }) => `${name} ${values.at(-1) ?? 0}`).join(', ');
  const paths = lines.map(({ tone, values }) => {
    const points = values.map((value, index) => `${x(index, values.length).toFixed(1)},${y(value).toFixed(1)}`);
    return html`<polyline class="line ${tone}" points="${points.join(' ')}" />`;
  });
  const legend = lines.map(
    ({ name, tone, values }) =>
      html`<li><i class="key ${tone}"></i>${name} <b>${(values.at(-1) ?? 0).toLocaleString('en-US')}</b></li>`,
  );
  return html`<figure class="plot">
  <figcaption><ul class="legend">${legend}</ul></figcaption>
  <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}, now: ${now}">
    <line class="axis" x1="${LEFT}" x2="${WIDTH}" y1="${y(0)}" y2="${y(0)}" />
    <line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${y(top)}" y2="${y(top)}" />
    ${limit === undefined ? '' : html`<line class="limit" x1="${LEFT}" x2="${WIDTH}" y1="${y(limit).toFixed(1)}" y2="${y(limit).toFixed(1)}" />`}
    <text class="tick" x="${LEFT - 6}" y="${y(top) + 9}" text-anchor="end">${top.toLocaleString('en-US')}</text>
    <text class="tick" x="${LEFT - 6}" y="${y(0)}" text-anchor="end">0</text>
    <text class="tick" x="${LEFT}" y="${HEIGHT - 5}">${Math.round(length / 60)} min ago</text>
    <text class="tick" x="${WIDTH - 2}" y="${HEIGHT - 5}" text-anchor="end">now</text>
    ${paths}
  </svg>
</figure>`;
}

/** The least of 5, 10, 20, 50, 100, ... that holds the value. */
function niceTop(value: number): number {
  for (let power = 1; ; power *= 10) {
    for (const step of [1, 2, 5]) if (step * power >= Math.max(5, value)) return step * power;
  }
}

export type { Line, PlotInput };
export { niceTop, plot };
