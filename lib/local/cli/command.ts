import { Command } from 'commander';
import { PORT_NAMES } from './read-ports.ts';

interface Values {
  readonly messages?: readonly string[];
  readonly marketo?: readonly string[];
  readonly allowOtherHosts?: true;
  readonly seed?: readonly string[];
  readonly serve?: true;
  readonly port?: readonly string[];
  readonly state?: readonly string[];
  readonly webhookForms?: readonly string[];
  readonly failOnDeadLetters?: true;
  readonly json?: true;
  readonly rateLimit?: readonly string[];
  readonly maxConcurrent?: readonly string[];
  readonly timeLimit?: readonly string[];
  readonly allowedOperations?: readonly string[];
  readonly isolate?: readonly string[];
  readonly verbose?: true;
  readonly logFile?: readonly string[];
  readonly help?: true;
}

/** Values are gathered, not overwritten: one that is given twice is a mistake that must not win in silence. */
function createCommand(): Command {
  const gather = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  return new Command('npm start --')
    .description('Runs the relay on this machine: real SQS and DynamoDB protocols, no account, no Docker, no network.')
    .usage('[options]')
    .option(
      '--messages <file>',
      'NDJSON, or one JSON array: an object is a message, a string a raw body; - is stdin',
      gather,
    )
    .option(
      '--marketo <url>',
      'a real Marketo sandbox instead of the fake; needs MARKETO_CLIENT_ID and MARKETO_CLIENT_SECRET in the environment, and --messages or --serve',
      gather,
    )
    .option('--allow-other-hosts', 'let --marketo name a host outside *.mktorest.com: the credentials are posted there')
    .option(
      '--serve',
      'stay up until Ctrl-C, with a page to watch and practise on; prints where it is and how to publish',
    )
    .option(
      '--port <port>',
      `with --serve: the first of five ports in a row (${PORT_NAMES.join(', ')}), or one of them as sqs=9324; can be repeated`,
      gather,
    )
    .option(
      '--state <folder>',
      'with --serve: keep queues, table and the people of the fake in this folder (default: only the ports, in .marketo-relay)',
      gather,
    )
    .option(
      '--webhook-forms <file>',
      'with --serve: what posted forms become (default examples/webhook-forms.json; docs/webhook.md)',
      gather,
    )
    .option('--seed <n>', 'what the fake draws its latency and faults from (default 1)', gather)
    .option('--rate-limit <n>', 'calls in any 20 seconds (default 100, 50 with --marketo)', gather)
    .option('--max-concurrent <n>', 'calls in flight (default 10, 5 with --marketo)', gather)
    .option(
      '--isolate <unit>',
      'record or message: what is told apart when a call fails as a whole (default record)',
      gather,
    )
    .option('--time-limit <n>', 'seconds after which the run ends with what it has (default 900)', gather)
    .option(
      '--allowed-operations <list>',
      'as the setting allowedOperations: syncLeads,get* or *,!delete*,!merge* (default all)',
      gather,
    )
    .option('--fail-on-dead-letters', 'end with status 1 if there is a dead letter')
    .option('--json', "the summary as JSON on stdout; add --silent to npm's own options")
    .option('--verbose', "the function's log on stderr")
    .option('--log-file <file>', "the function's log, as JSON lines, into a file", gather)
    .option('-h, --help', 'this text')
    .helpOption(false)
    .allowExcessArguments(true)
    .configureHelp({ helpWidth: 100 })
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .exitOverride();
}

const HELP = `${createCommand().helpInformation().trimEnd()}

Examples:
  npm start                          the shipped examples against a fake Marketo
  npm start -- --messages FILE       your own messages, one JSON object a line
  npm start -- --serve               stay up and take what you publish to the queue
  npm start -- --serve --port 4700 --state .marketo-relay

Ends with status 0 only if every message is accounted for, dead letters included: 1 if not, 2 for wrong
options, an unreadable file or a Marketo that does not let you in, 130 when interrupted before the end.`;

export type { Values };
export { createCommand, HELP };
