/**
 * How a command ends, the same for every verb: documented in `--help` and docs/command-line.md.
 */
const EXIT = { done: 0, failed: 1, usage: 2, nothing: 3, interrupted: 130 } as const;

type ExitName = keyof typeof EXIT;

/** What the user can put right, in words that say how: printed without a stack trace. */
class VerbFailure extends Error {
  override readonly name = 'VerbFailure';
  readonly exit: ExitName;

  constructor(exit: ExitName, message: string) {
    super(message);
    this.exit = exit;
  }
}

function failed(exit: ExitName, message: string): VerbFailure {
  return new VerbFailure(exit, message);
}

export type { ExitName };
export { EXIT, failed, VerbFailure };
