import { RULES } from '../../fake-marketo/rules/rules.ts';
import type { ParityResult, Row } from './types.ts';

const SECTIONS = [
  ['differs', 'Differs: the rule, or the fake, is wrong for this subscription'],
  ['noReply', 'No reply'],
  ['same', 'The same'],
  ['skipped', 'Not asked, or not answered'],
] as const;

/** Markdown without a token, a secret, an address or an id: it may be shown to others. */
function renderReport({ rows, calls, budget, stopped }: ParityResult): string {
  const count = (kind: Row['verdict']['kind']): number => rows.filter(({ verdict }) => verdict.kind === kind).length;
  return [
    '# Parity of the fake Marketo with a subscription',
    '',
    `${rows.length} rules: ${count('same')} the same, ${count('differs')} differ, ${count('noReply')} without a reply, ${count('skipped')} not compared.`,
    `${calls} of at most ${budget} calls were made.${stopped === undefined ? '' : ` Stopped early: ${stopped}.`}`,
    'Only names, types and codes are compared. Ids, addresses and quoted values of the subscription are masked.',
    '',
    ...SECTIONS.flatMap(([kind, title]) =>
      section(
        title,
        rows.filter(({ verdict }) => verdict.kind === kind),
      ),
    ),
  ].join('\n');
}

function section(title: string, rows: readonly Row[]): string[] {
  return rows.length === 0 ? [] : [`## ${title}`, '', ...rows.flatMap(lines), ''];
}

function lines({ rule, call, verdict, message }: Row): string[] {
  const { does = '', tag = 'unknown' } = RULES.find(({ id }) => id === rule) ?? {};
  const head = `- **${rule}** (${tag}): ${does}${call === '' ? '' : ` — \`${call}\``}`;
  if (verdict.kind === 'same') return [head];
  const details = verdict.kind === 'differs' ? verdict.differences : [verdict.reason];
  const said = verdict.kind === 'differs' && message !== undefined ? [`Marketo says: ${message}`] : [];
  return [head, ...[...details, ...said].map((detail) => `  - ${detail}`)];
}

export { renderReport };
