import type { Clock } from '../ports.ts';
import type { Screen } from './cli/layout.ts';
import { type OutputStream, screenOf } from './cli/screen.ts';
import type { RelayTarget, TargetChoice } from './target/target.ts';
import type { ExitName } from './verb-failure.ts';

/** Everything that a command has of the world: a test hands over its own. */
interface CliIo {
  /** Data only. */
  readonly stdout: OutputStream & { write(text: string, done: (error?: Error | null) => void): unknown };
  /** All else: progress, notes, mistakes. */
  readonly stderr: OutputStream & { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current folder. */
  readonly folder: string;
  readonly clock: Clock;
  /** For audit lines and notes: `ann@laptop`. */
  readonly who: string;
  readonly version: string;
  /** Calls back at the first Ctrl-C; gives what takes the handler away. */
  onInterrupt(handler: () => void): () => void;
  /** Opens a file in the user's editor; gives the editor's exit status. */
  edit(command: string, path: string): Promise<number>;
  openTarget(choice: TargetChoice): Promise<RelayTarget>;
  /** How the command ends; done when a verb says nothing. */
  end(exit: ExitName): void;
}

/** Writes data. False once nobody reads it any more (`| head`): what follows would be for nothing. */
function print(io: CliIo, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    io.stdout.write(text, (error) => resolve(error === undefined || error === null));
  });
}

/** A line for the reader. */
function note(io: CliIo, text: string): void {
  io.stderr.write(`${text}\n`);
}

function stdoutScreen(io: CliIo): Screen {
  return knownWidth(screenOf(io.stdout, io.env));
}

function stderrScreen(io: CliIo): Screen {
  return knownWidth(screenOf(io.stderr, io.env));
}

/** Some terminals report 0 columns. */
function knownWidth(screen: Screen): Screen {
  return screen.columns > 0 ? screen : { ...screen, columns: 80 };
}

interface Progress {
  show(text: string): void;
  clear(): void;
}

const DRAW_EVERY_MS = 100;

/** One line on a terminal's stderr that is drawn over and over; nothing elsewhere. */
function createProgress(io: CliIo): Progress {
  if (io.stderr.isTTY !== true || io.env.TERM === 'dumb') return { show: () => {}, clear: () => {} };
  const { columns } = stderrScreen(io);
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  return {
    show(text) {
      const nowMs = io.clock.nowMs();
      if (nowMs - drawnAtMs < DRAW_EVERY_MS) return;
      drawnAtMs = nowMs;
      io.stderr.write(`\r\u001b[2K${text.slice(0, columns - 1)}`);
    },
    clear() {
      if (drawnAtMs !== Number.NEGATIVE_INFINITY) io.stderr.write('\r\u001b[2K');
      drawnAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}

export type { CliIo, Progress };
export { createProgress, note, print, stderrScreen, stdoutScreen };
