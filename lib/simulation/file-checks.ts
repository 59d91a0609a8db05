import type { FileRows } from '../journal/entry.ts';
import type { FilePublication } from './files.ts';
import { type ImportJob, isComplete } from './model/imports.ts';
import { MINUTE_MS, NEVER_MS, type Scenario } from './scenario.ts';
import type { Letter, World } from './world.ts';

/** No place for another import, or the list is being imported to. */
const WAITED_OUT: ReadonlySet<string> = new Set(['1016', '1019']);
/** What brings a message twice: two copies each say what they know. */
const COPIES = ['duplicate', 'resurrection', 'deleteLost', 'queueReplyLost', 'letter put back', 'death', 'freeze'];
/** A file has so many pieces at most, and each of them waits for two others, and for its turn. */
const MOST_PIECES = 6;
const PIECE_MS = 30 * MINUTE_MS;

/** By how much later the queue is empty: jobs take their time, at Marketo, and until somebody asks. */
function drainBoundOfFilesMs({ files }: Scenario): number {
  return (files?.files ?? 0) * MOST_PIECES * PIECE_MS;
}

function noteFileLetter(world: World, letter: Letter, marks: readonly string[]): void {
  const mark = marks.find((one) => world.files.has(one));
  if (mark !== undefined) world.fileLetters.push({ mark, letter, atMs: world.time.nowMs });
}

/** Called where a copy has an attempt more than what it is a copy of. */
function checkImportWait(world: World, code: string, marks: readonly string[]): void {
  const mark = marks.find((one) => world.files.has(one));
  // A fault may give these codes to a question, which is no wait for a place.
  if (mark === undefined || !WAITED_OUT.has(code) || world.scenario.faults.responseCode > 0) return;
  world.checks.fail('importsBounded', `${mark} waited for a place (${code}), and it counted as an attempt`, [mark]);
}

/** What must hold of the files of a run that has ended. */
function auditFiles(world: World): void {
  for (const { mark, letter, atMs } of world.fileLetters) {
    const file = world.files.get(mark);
    if (file !== undefined) checkLetter(world, file, letter, atMs);
  }
  for (const { relayId, outcome, rows } of world.journal.flat()) {
    const file = world.files.get(world.markOf.get(relayId) ?? '');
    if (file !== undefined && outcome !== 'requeued') checkRows(world, file, 'the journal', rows);
  }
  for (const file of world.files.values()) checkEnd(world, file);
  for (const job of world.imports) checkQuestions(world, job);
}

/** The rows that it counts are those of complete jobs; whatever else Marketo has taken by then is in doubt. */
function checkLetter(world: World, file: FilePublication, { file: told, failure }: Letter, atMs: number): void {
  const { mark, safe } = file.publication;
  const fail = (detail: string): void => world.checks.fail('filesTold', `${mark} (${failure.code}): ${detail}`, [mark]);
  if (told === undefined) {
    // Whoever ends their workers from the first on is never read.
    if (failure.code !== 'workerCrash') fail('its letter says nothing of the file');
    return;
  }
  const { imported, failed, warned, unknownRows = '', notUploadedFromRow } = told;
  const counted = imported + failed;
  checkRows(world, file, `its letter (${failure.code})`, { imported, failed, warned });
  const [first = 0, until = 0] = unknownRows.split('-').map(Number);
  const last = unknownRows.endsWith('-') ? file.rows : until;
  const isBroken = first > 0 && (first !== counted + 1 || last < first);
  const end = first > 0 ? last : counted;
  const from = notUploadedFromRow ?? file.rows + 1;
  if (isBroken || end > file.rows || from !== end + 1) {
    fail(
      `${counted} rows counted, ${unknownRows || 'none'} unknown, not uploaded from ${notUploadedFromRow ?? 'none'}`,
    );
  }
  if (failure.outcomeUnknown !== first > 0) fail(`outcomeUnknown is ${failure.outcomeUnknown}, rows: ${unknownRows}`);
  if (failure.outcomeUnknown && isCalm(world)) fail('nothing had happened that could leave it unknown');
  // Where there are two copies, each says what it knows.
  if (safe || hasCopies(world, file)) return;
  const taken = jobsOf(world, file).flatMap((job) => (job.arrivedAtMs <= atMs ? job.rows : []));
  const untold = taken.filter((row) => row > end);
  if (untold.length > 0) fail(`rows ${untold.join(' ')} were taken, and it says that they were not`);
}

/** They are those of complete jobs, from the first on, and the same failed as at Marketo. */
function checkRows(world: World, file: FilePublication, where: string, rows: FileRows | undefined): void {
  const { mark } = file.publication;
  const fail = (detail: string): void => world.checks.fail('filesTold', `${mark}, ${where}: ${detail}`, [mark]);
  // Of what nobody read nothing is known.
  if (rows === undefined) return;
  const { imported, failed, warned, failedRows = [] } = rows;
  const complete = new Set(jobsOf(world, file).flatMap((job) => (isComplete(job) ? job.rows : [])));
  const known = Array.from({ length: imported + failed }, (_, index) => index + 1);
  const missing = known.filter((row) => !complete.has(row));
  if (missing.length > 0) fail(`rows ${missing.join(' ')} are counted, and in no job that is complete`);
  if (failed !== known.filter((row) => file.bad.has(row)).length) fail(`${failed} rows failed, it says`);
  if (warned !== known.filter((row) => file.warned.has(row)).length) fail(`${warned} rows with a warning, it says`);
  const sound = failedRows.filter((row) => !file.bad.has(row));
  if (sound.length > 0) fail(`rows ${sound.join(' ')} failed, it says`);
}

/** What nobody moved to the dead-letter queue unread has a result; where nothing happens, everything goes in. */
function checkEnd(world: World, { publication: { mark }, bad }: FilePublication): void {
  if (world.told.has(mark) || world.deadLetters.held.has(mark)) return;
  world.checks.fail('filesTold', `nobody was told what became of ${mark} (${bad.size} bad rows)`, [mark]);
}

/** Ten seconds at first, two minutes in the end; where calls fail, as often as their retries allow. */
function checkQuestions(world: World, { id, mark, asked, firstAskedAtMs, finishesAtMs }: ImportJob): void {
  const forMs = Math.max(0, finishesAtMs - firstAskedAtMs);
  // Of lists there are two.
  const most = 8 + 2 + forMs / MINUTE_MS;
  if (asked > most && isCalm(world)) {
    world.checks.fail('importsBounded', `job ${id} was asked about ${asked} times in ${Math.round(forMs)} ms`, [mark]);
  }
}

function jobsOf({ imports }: World, { publication: { mark } }: FilePublication): readonly ImportJob[] {
  return imports.filter((job) => job.mark === mark);
}

function hasCopies({ tally: { faults } }: World, { publication }: FilePublication): boolean {
  return publication.twinAfterMs !== undefined || COPIES.some((name) => (faults.get(name) ?? 0) > 0);
}

/** Nothing fails in this run but messages that name no file. */
function isCalm({ scenario, files, tally }: World): boolean {
  if (tally.faults.has('death')) return false;
  const { faults, outageMs, tableOutageMs, wrongSecretMs, rotationMs, redrives, own, othersPerSecond } = scenario;
  const isWhole = outageMs === NEVER_MS && tableOutageMs === NEVER_MS && wrongSecretMs === NEVER_MS;
  const hasTwins = [...files.values()].some(({ publication }) => publication.twinAfterMs !== undefined);
  const isSound = isWhole && rotationMs === undefined && redrives === 0 && othersPerSecond === 0 && !hasTwins;
  const isGivenUp = (scenario.files?.givenUp ?? 0) > 0;
  return isSound && !isGivenUp && (own?.killers ?? 0) === 0 && Object.values(faults).every((chance) => chance === 0);
}

export { auditFiles, checkImportWait, checkRows, drainBoundOfFilesMs, noteFileLetter };
