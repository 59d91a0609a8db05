import { UNSENT_PREFIX } from '../results/publish.ts';
import type { Result, ResultPointer } from '../results/result.ts';
import { checkRows } from './file-checks.ts';
import { scan } from './watched-log.ts';
import type { World } from './world.ts';

/** A result that SQS has taken: it must say nothing that Marketo's own log contradicts. */
function noteResult(world: World, text: string): void {
  scan(world, 'a result', text);
  const told = JSON.parse(text) as Result | ResultPointer;
  const result = 'object' in told ? (JSON.parse(world.store.objects.get(told.object.key) ?? '{}') as Result) : told;
  const message = world.markOf.get(result.relayId);
  if (message === undefined) {
    world.checks.fail('resultsTrue', `a result of ${result.relayId}, which nobody published`);
    return;
  }
  const publication = world.publications.get(message);
  const file = world.files.get(message);
  if (file !== undefined) checkRows(world, file, 'its result', result.rows);
  const outcomes =
    result.records?.map(({ position, outcome }) => [publication?.marks[position] ?? message, outcome] as const) ??
    (publication?.marks ?? [message]).map((mark) => [mark, result.status === 'dead' ? 'dead' : 'delivered'] as const);
  for (const [mark, outcome] of outcomes) {
    world.told.add(mark);
    if (outcome === 'delivered' && !world.isDone(mark)) {
      world.checks.fail('resultsTrue', `${mark} is told to be delivered, and Marketo does not have it`, [mark]);
    }
    if (outcome === 'dead' && !world.deadLetters.held.has(mark) && !world.deadAtMs.has(message)) {
      world.checks.fail('resultsTrue', `${mark} is told to be dead, and there is no dead letter`, [mark]);
    }
  }
}

/** What every worker knew, and every dead letter says, is told at least once when all is over. */
function auditResults(world: World): void {
  for (const [key, text] of world.store.objects) if (key.startsWith(UNSENT_PREFIX)) noteResult(world, text);
  for (const publication of world.publications.values()) {
    const isDead = world.deadAtMs.has(publication.mark);
    const untold = publication.marks.filter((mark) => !world.told.has(mark) && (world.known.has(mark) || isDead));
    if (untold.length > 0) {
      world.checks.fail('resultsTrue', `${untold.join(' ')}: nobody was told what became of it`, untold);
    }
  }
}

export { auditResults, noteResult };
