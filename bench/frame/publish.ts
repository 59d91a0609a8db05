import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUDGETS, README_SHOWS } from '../budgets.ts';
import { fillPlace, PLOT_FOLDER, renderRecording, renderSummary } from './page.ts';
import { renderPlot, SCHEMES } from './plot.ts';
import { loadRecordings, type Recording, saveRecording } from './record.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Keeps a run: its recording, its part of `docs/performance.md`, and its plots. */
function publish(recording: Recording): void {
  saveRecording(recording);
  const { scenario, report } = recording;
  replaceIn('docs/performance.md', scenario, renderRecording(recording, BUDGETS));
  mkdirSync(join(ROOT, PLOT_FOLDER), { recursive: true });
  for (const plot of report.plots) {
    for (const scheme of SCHEMES) {
      writeFileSync(join(ROOT, PLOT_FOLDER, `${plot.name}-${scheme}.svg`), renderPlot(plot, scheme));
    }
  }
}

/** What the README shows, from all recordings. */
function publishSummary(): void {
  replaceIn('README.md', 'summary', renderSummary(loadRecordings(), BUDGETS, README_SHOWS));
}

function replaceIn(path: string, name: string, text: string): void {
  const file = join(ROOT, path);
  writeFileSync(file, fillPlace(readFileSync(file, 'utf8'), name, text));
}

export { publish, publishSummary };
