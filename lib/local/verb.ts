import type { Command } from 'commander';
import type { CliIo } from './io.ts';
import type { RelayTarget } from './target/target.ts';
import { type ExitName, failed } from './verb-failure.ts';

interface GlobalOptions {
  readonly stack?: string;
  readonly local?: boolean;
  readonly state?: string;
  readonly json?: boolean;
}

interface VerbRun {
  readonly target: RelayTarget;
  /** Set at the first Ctrl-C: finish what is in hand, then end. */
  readonly interrupted: AbortSignal;
  readonly json: boolean;
}

/**
 * Opens the relay that the options name, runs a verb on it, and closes it, however the verb ends.
 *
 * @param work - gives how the command ends
 */
async function onTarget(command: Command, io: CliIo, work: (run: VerbRun) => Promise<ExitName>): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const stack = options.stack ?? (options.local === true ? undefined : io.env.MARKETO_RELAY_STACK);
  if (stack === '') throw failed('usage', '--stack is empty: give the name of a stack');
  const target = await io.openTarget({
    folder: io.folder,
    ...(stack === undefined ? {} : { stack }),
    ...(options.local === undefined ? {} : { local: options.local }),
    ...(options.state === undefined ? {} : { state: options.state }),
  });
  try {
    await withInterrupt(io, (interrupted) => work({ target, interrupted, json: options.json === true }));
  } finally {
    target.close();
  }
}

/** Runs a verb that needs no relay. */
async function withInterrupt(io: CliIo, work: (interrupted: AbortSignal) => Promise<ExitName>): Promise<void> {
  const interrupt = new AbortController();
  const forget = io.onInterrupt(() => interrupt.abort());
  try {
    io.end(await work(interrupt.signal));
  } finally {
    forget();
  }
}

/** Examples under a verb's help, each with what it is for. */
function examples(...rows: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.min(64, Math.max(...rows.map(([command]) => command.length)));
  const lines = rows.map(([command, what]) =>
    command.length > width ? `  ${command}\n  ${' '.repeat(width)}  ${what}` : `  ${command.padEnd(width)}  ${what}`,
  );
  return `\nExamples:\n${lines.join('\n')}`;
}

export type { GlobalOptions, VerbRun };
export { examples, onTarget, withInterrupt };
