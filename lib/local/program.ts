import { Command } from 'commander';
import type { CliIo } from './io.ts';
import { registerCompletion } from './verbs/completion.ts';
import { registerDeadLetters } from './verbs/dead-letters/dead-letters.ts';
import { registerDoctor } from './verbs/doctor.ts';
import { registerFields } from './verbs/fields.ts';
import { registerFind } from './verbs/journal/find.ts';
import { registerForget } from './verbs/journal/forget.ts';
import { registerVerify } from './verbs/journal/verify.ts';
import { registerLoad } from './verbs/load.ts';
import { registerPause } from './verbs/pause.ts';
import { registerRehearse } from './verbs/rehearse.ts';
import { registerResults } from './verbs/results.ts';
import { registerResume } from './verbs/resume.ts';
import { registerStatus } from './verbs/status.ts';

const AFTER_HELP = `
Exit statuses:
  0    done
  1    something failed or is wrong: stderr says what
  2    wrong use: stderr says what would be right
  3    nothing matched
  130  interrupted; what was in hand was finished first

Data goes to stdout, all else to stderr. NO_COLOR is honoured.
MARKETO_RELAY_STACK stands for --stack where neither --stack nor --local is given.

Examples:
  relay status --stack MarketoRelay
  relay doctor --stack MarketoRelay
  relay dead-letters list --local
  relay dead-letters resend --code 1006 --rename favouriteColour=favoriteColor --dry-run --local`;

/** Every verb; each is registered by its own file. */
function createProgram(io: CliIo): Command {
  const program = new Command('relay')
    .description('Looks after a relay: how it is, what it could not deliver, and sending that again.')
    .version(io.version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help, for each verb too')
    .option('--stack <name>', 'a deployed relay: the CloudFormation stack')
    .option('--local', 'the relay that `npm start -- --serve` runs on this machine')
    .option(
      '--state <folder>',
      "the folder of a local relay's state, of backups and audit lines (default: .marketo-relay)",
    )
    .option('--json', 'data as JSON')
    .configureHelp({ showGlobalOptions: true, helpWidth: helpWidth(io) })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text, () => {}),
      writeErr: (text) => io.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText('after', AFTER_HELP);
  registerStatus(program, io);
  registerDoctor(program, io);
  registerFind(program, io);
  registerDeadLetters(program, io);
  registerVerify(program, io);
  registerForget(program, io);
  registerLoad(program, io);
  registerFields(program, io);
  registerResults(program, io);
  registerPause(program, io);
  registerResume(program, io);
  registerRehearse(program, io);
  registerCompletion(program, io);
  return program;
}

function helpWidth(io: CliIo): number {
  const { columns = 0 } = io.stdout;
  return columns > 0 ? Math.min(columns, 120) : 80;
}

export { createProgram };
