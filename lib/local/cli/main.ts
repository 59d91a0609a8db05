import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '../../ports.ts';
import { findPlace, type ServingPlace } from '../serve/place.ts';
import { DEFAULT_STATE_FOLDER } from '../target/target.ts';
import { type RunOptions, readArguments } from './arguments.ts';
import { HELP } from './command.ts';
import { createJsonLog, SILENT_LOG } from './json-log.ts';
import type { Screen } from './layout.ts';
import { type FileMessage, readMessages } from './ndjson.ts';
import { checkMarketo, checkWritable } from './preflight.ts';
import { createBar, createPlainProgress, type ProgressOutput, SILENT } from './progress.ts';
import { renderSummary } from './render-summary.ts';
import { run } from './run.ts';
import { type OutputStream, screenOf } from './screen.ts';

interface Terminal {
  readonly stdout: OutputStream & { write(text: string, done: () => void): unknown };
  readonly stderr: OutputStream & { write(text: string): unknown };
  /** For `--messages -`. */
  readonly stdin?: AsyncIterable<Buffer | string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current folder, where the journal of a run is kept. Without it, none is. */
  readonly folder?: string;
  /** Calls back at the first Ctrl-C. */
  onInterrupt(handler: () => void): void;
}

const EXAMPLES = fileURLToPath(new URL('../../../examples/messages.ndjson', import.meta.url));

/** Below the current folder: the journal of the last run that did not serve. */
const LAST_RUN = `${DEFAULT_STATE_FOLDER}/last-run`;

const STATUS = { accounted: 0, unaccounted: 1, wrongUse: 2, interrupted: 130 } as const;

/** The local relay's command line: gives the exit status. */
async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const tell = (text: string): Promise<void> => new Promise((done) => terminal.stdout.write(text, done));
  const parsed = readArguments(argv, terminal.env);
  switch (parsed.kind) {
    case 'help':
      await tell(`${HELP}\n`);
      return STATUS.accounted;
    case 'wrong':
      return refuse(terminal, [...parsed.problems, 'See: npm start -- --help']);
    case 'run': {
      const { options } = parsed;
      const logProblem = options.logPath === undefined ? undefined : checkWritable(options.logPath);
      if (logProblem !== undefined) return refuse(terminal, [`--log-file ${options.logPath}: ${logProblem}`]);
      const path = options.messagesPath ?? (options.serve ? undefined : EXAMPLES);
      const stdin = terminal.stdin === undefined ? {} : { stdin: terminal.stdin };
      const read = path === undefined ? undefined : await readMessages(path, stdin);
      if (read?.kind === 'unreadable') return refuse(terminal, read.problems);
      const marketoProblem = options.marketo && (await checkMarketo(options.marketo));
      if (marketoProblem !== undefined) return refuse(terminal, [marketoProblem]);
      const found = options.serve ? await findPlace(options, process.cwd()) : undefined;
      if (found?.kind === 'wrong') return refuse(terminal, found.problems);
      return await runAndReport({ options, path, messages: read?.messages ?? [], place: found?.place }, terminal, tell);
    }
  }
}

interface Task {
  readonly options: RunOptions;
  readonly path: string | undefined;
  readonly messages: readonly FileMessage[];
  /** Of a relay that serves. */
  readonly place: ServingPlace | undefined;
}

async function runAndReport(
  { options, path, messages, place }: Task,
  terminal: Terminal,
  tell: (text: string) => Promise<void>,
): Promise<number> {
  const screen = screenOf(terminal.stdout, terminal.env);
  const output = progressFor(options, terminal);
  const interrupted = new AbortController();
  terminal.onInterrupt(() => {
    output.note('Ending: the batches that are running are settled first, 45 s at most. Ctrl-C once more ends at once.');
    interrupted.abort();
  });
  for (const remark of place?.remarks ?? []) output.note(remark);
  const { folder } = terminal;
  let example: string | undefined;
  const summary = await run({
    options,
    source: path === undefined ? undefined : { path: path === '-' ? 'stdin' : shorten(path), messages },
    // With --json stdout is for machines, so that what a reader wants to know goes to stderr.
    tell: options.json ? async (text) => void (options.serve && terminal.stderr.write(text)) : tell,
    screen,
    output,
    log: logFor(options, output),
    ...(place === undefined ? {} : { serving: place }),
    interrupted: interrupted.signal,
    ...(folder === undefined || options.serve ? {} : { keepIn: join(folder, LAST_RUN) }),
    onKept: (found) => {
      example = found;
    },
  });
  output.clear();
  await tell(options.json ? `${JSON.stringify(summary, undefined, 2)}\n` : renderSummary(summary, screen));
  if (example !== undefined && !options.json) await tell(`\n${findHint(example)}\n`);
  if (options.failOnDeadLetters && summary.messages.dead > 0) return STATUS.unaccounted;
  if (summary.accounted) return STATUS.accounted;
  return summary.end === 'interrupted' && summary.messages.lost === 0 ? STATUS.interrupted : STATUS.unaccounted;
}

/** What works in the next line of the same terminal. */
function findHint(example: string): string {
  const what = /^[\w@.+-]+$/.test(example) ? example : `'${example.replaceAll("'", "'\\''")}'`;
  return `find any of them: npm run relay -- find ${what} --journal ${LAST_RUN}`;
}

function refuse(terminal: Terminal, problems: readonly string[]): number {
  for (const problem of problems) terminal.stderr.write(`${problem}\n`);
  return STATUS.wrongUse;
}

/** Progress goes to stderr, so that a redirected stdout holds the summary and nothing else. */
function progressFor(options: RunOptions, terminal: Terminal): ProgressOutput {
  const screen: Screen = screenOf(terminal.stderr, terminal.env);
  const write = (text: string): void => void terminal.stderr.write(text);
  if (terminal.stderr.isTTY === true && terminal.env.TERM !== 'dumb') return createBar(write, screen);
  return options.json ? SILENT : createPlainProgress(write);
}

function logFor(options: RunOptions, output: ProgressOutput): Log {
  if (options.logPath !== undefined) {
    const file = createWriteStream(options.logPath, { flags: 'a' });
    file.on('error', (error) => output.note(`--log-file ${options.logPath}: ${error.message}`));
    return createJsonLog((line) => file.write(`${line}\n`));
  }
  return options.verbose ? createJsonLog((line) => output.note(line)) : SILENT_LOG;
}

function shorten(path: string): string {
  const here = `${process.cwd()}/`;
  return path.startsWith(here) ? path.slice(here.length) : path;
}

export type { Terminal };
export { main };
