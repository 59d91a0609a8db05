import type { LetterFacts } from '../../dead-letter/triage/queued-letter.ts';
import type { JournalLine } from '../../journal/line.ts';
import type { RecordLife } from '../../journal/lives.ts';
import { plural, type Screen } from '../cli/layout.ts';
import { printable } from '../print.ts';

const WORDS = { delivered: 'delivered', onTheWay: 'on the way', dead: 'dead' } as const;
const COLOURS = { delivered: 'green', onTheWay: 'yellow', dead: 'red' } as const;
/** Of a record that went round and round: the first and the last of them say it. */
const MOST_EARLIER = 6;
/** Of a file: the others are in the CSV of its dead letter. */
const MOST_ROWS = 20;

/** @param letters on the dead-letter queue now; undefined where no queue was looked at */
function renderLives(
  lives: readonly RecordLife[],
  letters: readonly LetterFacts[] | undefined,
  screen: Screen,
): string {
  const blocks = lives.map((life) => renderLife(life, screen));
  if (letters !== undefined && letters.length > 0) {
    const rows = letters.map(
      ({ relayId, code, deadAtMs }) =>
        `  ${new Date(deadAtMs).toISOString()}  ${printable(code, 24)}  ${printable(relayId, 64)}`,
    );
    blocks.push(
      [screen.paint('bold', `${plural(letters.length, 'dead letter')} on the queue now`), ...rows].join('\n'),
    );
  }
  return `${blocks.join('\n\n')}\n`;
}

function renderLife({ relayId, position, operation, state, last, lines }: RecordLife, screen: Screen): string {
  const place = position === undefined ? '' : ` [${position}]`;
  const head = `${printable(relayId, 128)}${place}  ${printable(operation, 60)}  `;
  const objects = (last.marketo_ids ?? []).map((id, index) => objectText(id, last.statuses?.[index] ?? null));
  const word = `${WORDS[state]}${last.code === 'ok' ? '' : ` (${printable(last.code, 40)})`}`;
  const named = objects.filter((text) => text !== '').slice(0, 5);
  const facts = [
    `published ${last.published_at}`,
    `settled ${last.settled_at}`,
    `attempts ${last.attempts}`,
    ...(last.request_id === undefined ? [] : [`requestId ${printable(last.request_id, 60)}`]),
    ...rowsText(last),
    ...(last.stripped === undefined ? [] : [`sent without ${printable(last.stripped.join(', '), 200)}`]),
    ...(last.outcome_unknown === true ? ['Marketo may have executed it'] : []),
  ];
  const earlier = lines.slice(0, -1);
  return [
    `${screen.paint('bold', head)}${screen.paint(COLOURS[state], word)}${named.length === 0 ? '' : `  ${named.join(', ')}`}`,
    `  ${screen.paint('dim', facts.join(', '))}`,
    ...(earlier.length > MOST_EARLIER ? [`  ${plural(earlier.length - MOST_EARLIER, 'earlier outcome')}`] : []),
    ...earlier.slice(-MOST_EARLIER).map((line) => `  ${screen.paint('dim', `before: ${earlierText(line)}`)}`),
  ].join('\n');
}

/** Of a file. */
function rowsText({ rows_imported: imported, rows_failed: failed = 0, rows_warned: warned = 0, ...line }: JournalLine) {
  if (imported === undefined) return [];
  const numbers = (line.failed_rows ?? []).slice(0, MOST_ROWS);
  const more = failed > numbers.length ? ' ...' : '';
  return [
    `${plural(imported, 'row')} in`,
    ...(warned > 0 ? [`${warned} of them with a warning`] : []),
    ...(failed > 0 ? [`${failed} failed${numbers.length > 0 ? `: ${numbers.join(' ')}${more}` : ''}`] : []),
  ];
}

function objectText(id: string | null, status: string | null): string {
  const said = status === null ? '' : printable(status, 40);
  return id === null ? said : `Marketo id ${printable(id, 64)}${said === '' ? '' : ` ${said}`}`;
}

function earlierText({ settled_at: at, outcome, code, attempts }: JournalLine): string {
  const word = outcome === 'requeued' ? 'back to the queue' : outcome;
  return `${at} ${word} (${printable(code, 40)}), attempts ${attempts}`;
}

/** For a script: the state, and the lines as they are. */
function lifeJson({ relayId, position, operation, state, last, lines }: RecordLife): object {
  return {
    relayId,
    ...(position === undefined ? {} : { position }),
    operation,
    state,
    code: last.code,
    ...(last.marketo_ids === undefined ? {} : { marketoIds: last.marketo_ids, statuses: last.statuses }),
    lines,
  };
}

export { lifeJson, renderLives };
