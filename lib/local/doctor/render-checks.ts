import { hang, plural, type Screen, type Style } from '../cli/layout.ts';
import { printable } from '../print.ts';
import type { RelayTarget } from '../target/target.ts';
import type { Checked, CheckName } from './examine.ts';
import type { Verdict } from './finding.ts';

const WORDS: Readonly<Record<Verdict, readonly [word: string, style: Style]>> = {
  ok: ['ok', 'green'],
  warning: ['warning', 'yellow'],
  wrong: ['wrong', 'red'],
  notChecked: ['not checked', 'dim'],
};

const LABELS: Readonly<Partial<Record<CheckName, string>>> = { deadLetterQueue: 'dead-letter queue' };

const MAX_SAID = 1_000;

/** The worst first: that is what somebody who was woken up came for. */
const ORDER: readonly Verdict[] = ['wrong', 'warning', 'notChecked', 'ok'];

function checksJson({ kind, name, subscription }: RelayTarget, checks: readonly Checked[], nowMs: number): object {
  return {
    relay: { kind, name, subscription },
    at: new Date(nowMs).toISOString(),
    counts: Object.fromEntries(
      ORDER.map((verdict) => [verdict, checks.filter((one) => one.verdict === verdict).length]),
    ),
    checks: checks.map(({ check, verdict, said, remedy = null }) => ({ check, verdict, said, remedy })),
  };
}

function renderChecks({ kind, name, subscription }: RelayTarget, checks: readonly Checked[], screen: Screen): string {
  const words = Math.max(...Object.values(WORDS).map(([word]) => word.length));
  const labels = Math.max(...checks.map(({ check }) => labelOf(check).length));
  const indent = words + labels + 4;
  const sorted = checks.toSorted((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict));
  const rows = sorted.map(({ check, verdict, said, remedy }) => {
    const [word, style] = WORDS[verdict];
    const head = `${screen.paint(style, word.padEnd(words))}  ${screen.paint('bold', labelOf(check).padEnd(labels))}  `;
    const text = besides(printable(said, MAX_SAID), indent, screen.columns);
    const mend =
      remedy === undefined
        ? []
        : [
            `${' '.repeat(indent)}${screen.paint('dim', '-> ')}${besides(printable(remedy, MAX_SAID), indent + 3, screen.columns)}`,
          ];
    return [`${head}${text}`, ...mend].join('\n');
  });
  const title = screen.paint('dim', printable(`${kind} ${name}, ${subscription}`, 120));
  return `${title}\n${rows.join('\n')}\n\n${summary(checks)}\n`;
}

/** On a terminal that is too narrow for columns, the text goes below them. */
function besides(text: string, indent: number, columns: number): string {
  if (columns - indent >= 24) return hang(text, indent, columns);
  return `\n    ${hang(text, 4, columns)}`;
}

function labelOf(check: CheckName): string {
  return LABELS[check] ?? check;
}

function summary(checks: readonly Checked[]): string {
  const count = (verdict: Verdict): number => checks.filter((one) => one.verdict === verdict).length;
  return `${count('wrong')} wrong, ${plural(count('warning'), 'warning')}, ${count('notChecked')} not checked, ${count('ok')} ok`;
}

export { checksJson, renderChecks };
