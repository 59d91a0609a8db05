import { CommanderError } from 'commander';
import { type CliIo, note } from './io.ts';
import { printableText } from './print.ts';
import { createProgram } from './program.ts';
import { EXIT, type ExitName, VerbFailure } from './verb-failure.ts';

/**
 * The command line `relay`: runs one verb.
 *
 * @returns the exit status.
 * @example
 * await runRelay(['dead-letters', 'list', '--local'], io);
 */
async function runRelay(argv: readonly string[], io: Omit<CliIo, 'end'>): Promise<number> {
  let exit: ExitName = 'done';
  const program = createProgram({
    ...io,
    end: (name) => {
      exit = name;
    },
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return EXIT[exit];
  } catch (error) {
    return statusOf(error, io);
  }
}

function statusOf(error: unknown, io: Omit<CliIo, 'end'>): number {
  const tell = (text: string): void => note({ ...io, end: () => {} }, printableText(text));
  if (error instanceof CommanderError) {
    // Asked for help or version; help that is shown for want of a verb is wrong use.
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (error instanceof VerbFailure) {
    tell(`relay: ${error.message}`);
    return EXIT[error.exit];
  }
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  tell(`relay: ${name}: ${message}`);
  if (io.env.MARKETO_RELAY_DEBUG !== undefined && error instanceof Error) tell(error.stack ?? '');
  return EXIT.failed;
}

export { runRelay };
