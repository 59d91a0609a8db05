import type { ReportedLetter } from '../report/summary.ts';
import { formatCount, hang, printable, type Screen } from './layout.ts';

const MAX_SAID = 300;
const MAX_ADVICE = 500;
const MAX_POSITIONS = 8;

/** Each dead letter in a line: code, place, what was wrong, what that means, what to do. */
function renderLetters(letters: readonly ReportedLetter[], screen: Screen): string {
  if (letters.length === 0) return '';
  const codes = Math.max(...letters.map((letter) => shownCode(letter).length));
  const lines = letters.map((letter) => {
    const code = shownCode(letter).padEnd(codes);
    return `  ${screen.paint('yellow', code)}  ${hang(letterText(letter), 2 + codes + 2, screen.columns)}`;
  });
  const heading =
    screen.paint('bold', 'Dead letters') +
    screen.paint('dim', `  ${formatCount(letters.length)} on the dead-letter queue`);
  return [heading, ...lines].join('\n');
}

function shownCode(letter: ReportedLetter): string {
  return printable(letter.code, 40);
}

/** Where it came from, what was wrong, what that means, what to do. */
function letterText(letter: ReportedLetter): string {
  const same = letter.name.toLowerCase() === letter.message.toLowerCase();
  const said = [letter.name, same ? '' : letter.message].filter((text) => text !== '').join(': ');
  return [
    `${placeOf(letter)}:`,
    sentence(printable(said.replaceAll('\n', '; '), MAX_SAID)),
    sentence(printable(letter.meaning, MAX_ADVICE)),
    `Remedy: ${printable(letter.remedy, MAX_ADVICE)}`,
    ...(letter.outcomeUnknown ? ['(Marketo may have done it.)'] : []),
  ].join(' ');
}

function placeOf({ line, id, relayId, positions }: ReportedLetter): string {
  return [
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(id === undefined ? [] : [printable(id, 60)]),
    ...(line === undefined && id === undefined ? [printable(relayId, 60)] : []),
    ...(positions === undefined ? [] : [`input[${shorten(positions)}]`]),
  ].join(', ');
}

function shorten(positions: readonly number[]): string {
  return positions.length <= MAX_POSITIONS
    ? positions.join(', ')
    : `${positions.slice(0, MAX_POSITIONS).join(', ')}, ... ${positions.length} in all`;
}

function sentence(text: string): string {
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}

export { renderLetters };
