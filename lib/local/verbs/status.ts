import { type Command, InvalidArgumentError } from 'commander';
import { type CliIo, print, stdoutScreen } from '../io.ts';
import { printableJson } from '../print.ts';
import { judge } from '../status/judge-status.ts';
import { countDeadLetters, type DeadLetterCounts, look } from '../status/look.ts';
import { renderStatus, statusJson } from '../status/render-status.ts';
import { sampleAge } from '../status/sample-age.ts';
import { examples, onTarget, type VerbRun } from '../verb.ts';
import { type ExitName, failed } from '../verb-failure.ts';

interface StatusOptions {
  readonly watch?: number | true;
  readonly sample?: boolean;
}

const WATCH_SECONDS = 5;
const MOST_WATCH_SECONDS = 3_600;
/** Reading the dead letters takes a second and hides them meanwhile. */
const LETTERS_EVERY_MS = 30_000;

function registerStatus(program: Command, io: CliIo): void {
  const command = program
    .command('status')
    .description(
      'How the relay is: running or not and why, calls, quota, queue, dead letters. Status 1 when it is not running.',
    )
    .option('--watch [seconds]', `again and again, every ${WATCH_SECONDS} seconds, until Ctrl-C`, readSeconds)
    .option('--sample', 'tell the age of the oldest message by looking at some: costs each of these one receive')
    .addHelpText(
      'after',
      examples(
        ['relay status --local', 'once'],
        ['relay status --watch', 'until Ctrl-C'],
        ['relay status --json', 'for a script'],
      ),
    )
    .action(async (options: StatusOptions) => {
      if (options.watch !== undefined && options.sample === true) {
        throw failed('usage', '--sample costs messages a receive each time: it does not go with --watch');
      }
      await onTarget(command, io, (run) => status(options, io, run));
    });
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d{1,4}$/.test(text) && seconds >= 1 && seconds <= MOST_WATCH_SECONDS) return seconds;
  throw new InvalidArgumentError(`give a whole number of seconds, from 1 to ${MOST_WATCH_SECONDS}`);
}

async function status({ watch, sample }: StatusOptions, io: CliIo, run: VerbRun): Promise<ExitName> {
  const { target, interrupted, json } = run;
  let letters: DeadLetterCounts | undefined;
  let countedAtMs = 0;
  for (;;) {
    const seen = await look(target, io.clock);
    if (letters === undefined || seen.nowMs - countedAtMs >= LETTERS_EVERY_MS) {
      letters = await countDeadLetters(target, interrupted);
      countedAtMs = seen.nowMs;
    }
    const age = sample === true ? await sampleAge(target.clients.sqs, target.queueUrl, seen.nowMs) : undefined;
    const input = { target, seen, letters, ...(age === undefined ? {} : { sample: age }) };
    const isRead = await print(
      io,
      json
        ? `${printableJson(statusJson(input), watch === undefined ? 2 : undefined)}\n`
        : page(input, io, watch !== undefined),
    );
    if (watch === undefined) return judge(seen).state === 'running' ? 'done' : 'failed';
    if (!isRead || (await napped(io, watch === true ? WATCH_SECONDS : watch, interrupted))) return 'done';
  }
}

function page(input: Parameters<typeof renderStatus>[0], io: CliIo, isWatching: boolean): string {
  const text = `${renderStatus(input, stdoutScreen(io))}\n`;
  if (!isWatching) return text;
  return io.stdout.isTTY === true ? `\u001b[H\u001b[2J${text}` : `${text}\n`;
}

const NAP_MS = 200;

/** @returns whether it was interrupted. */
async function napped(io: CliIo, seconds: number, interrupted: AbortSignal): Promise<boolean> {
  const untilMs = io.clock.nowMs() + seconds * 1_000;
  while (!interrupted.aborted && io.clock.nowMs() < untilMs) await io.clock.sleep(NAP_MS);
  return interrupted.aborted;
}

export { registerStatus };
