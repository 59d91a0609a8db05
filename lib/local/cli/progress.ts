import { formatCount, formatDuration, plural, type Screen } from './layout.ts';

interface Progress {
  readonly published: number;
  /** Delivered, dead or deduplicated. */
  readonly settled: number;
  readonly dead: number;
  readonly calls: number;
  /** On the queue with a delay: copies that wait for their turn. */
  readonly waiting: number;
  readonly elapsedMs: number;
  /** What calls last waited for. */
  readonly heldBy?: string;
}

interface ProgressOutput {
  show(progress: Progress): void;
  /** Takes the bar away, or does nothing. */
  clear(): void;
  /** Prints a line of its own above the bar. */
  note(line: string): void;
}

const BAR_COLUMNS = 24;
const MIN_BAR_COLUMNS = 8;
/** A log is not a film: one line for so much time, at least. */
const PLAIN_EVERY_MS = 5_000;

/** One line that is drawn over and over. */
function createBar(write: (text: string) => void, screen: Screen): ProgressOutput {
  let last: Progress | undefined;
  const draw = (progress: Progress): void => write(`\r\u001b[2K${barLine(progress, screen)}`);
  return {
    show: (progress) => {
      last = progress;
      draw(progress);
    },
    clear: () => write('\r\u001b[2K'),
    note: (line) => {
      write(`\r\u001b[2K${line}\n`);
      if (last !== undefined) draw(last);
    },
  };
}

/** Plain lines for a pipe or a file: at the start, every five seconds, and when all is settled. */
function createPlainProgress(write: (text: string) => void): ProgressOutput {
  let nextAtMs = 0;
  let told = '';
  return {
    show: (progress) => {
      const done = progress.published > 0 && progress.settled >= progress.published;
      if (progress.elapsedMs < nextAtMs && !done) return;
      const counts = countsOf(progress);
      if (counts === told) return;
      told = counts;
      nextAtMs = progress.elapsedMs + PLAIN_EVERY_MS;
      write(`${formatDuration(progress.elapsedMs).padStart(10)}  ${counts}\n`);
    },
    clear: () => {},
    note: (line) => write(`${line}\n`),
  };
}

/** For `--json`: nothing at all. */
const SILENT: ProgressOutput = { show: () => {}, clear: () => {}, note: () => {} };

function barLine(progress: Progress, screen: Screen): string {
  const counts = `${countsOf(progress)}  ${formatDuration(progress.elapsedMs)}`;
  const room = screen.columns - counts.length - 4;
  if (room < MIN_BAR_COLUMNS) return counts.slice(0, screen.columns - 1);
  const columns = Math.min(BAR_COLUMNS, room);
  const share = progress.published === 0 ? 0 : Math.min(1, progress.settled / progress.published);
  const full = Math.round(columns * share);
  const [on, off] = screen.unicode ? ['█', '░'] : ['#', '.'];
  return `${screen.paint('green', on.repeat(full))}${screen.paint('dim', off.repeat(columns - full))}  ${counts}`;
}

function countsOf(progress: Progress): string {
  return [
    `${formatCount(progress.settled)} of ${formatCount(progress.published)} settled`,
    plural(progress.calls, 'call'),
    `${formatCount(progress.dead)} dead`,
    ...(progress.waiting > 0 ? [`${formatCount(progress.waiting)} waiting`] : []),
    ...(progress.heldBy === undefined ? [] : [`held by ${progress.heldBy}`]),
  ].join(', ');
}

export type { Progress, ProgressOutput };
export { createBar, createPlainProgress, SILENT };
