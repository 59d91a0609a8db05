import { InvalidArgumentError } from 'commander';
import { MAX_EDITS, type MessageEdit, readEdit } from '../../../dead-letter/triage/record-edit.ts';
import type { JsonEdit } from '../../../message/json-edit.ts';
import { failed } from '../../verb-failure.ts';

type EditText = { readonly kind: JsonEdit['kind']; readonly text: string };

const DEFAULT_RATE = 100;
const MOST_RATE = 3_000;

function readRate(text: string): number {
  const rate = Number(text);
  if (/^\d{1,4}$/.test(text) && rate >= 1 && rate <= MOST_RATE) return rate;
  throw new InvalidArgumentError(`give a whole number of messages a second, from 1 to ${MOST_RATE}`);
}

function readEdits(texts: readonly EditText[]): readonly MessageEdit[] {
  if (texts.length > MAX_EDITS) throw failed('usage', `${texts.length} edits: give ${MAX_EDITS} at most`);
  const read = texts.map(({ kind, text }) => readEdit(kind, text));
  const problems = read.flatMap((one) => (one.ok ? [] : [one.problem]));
  if (problems.length > 0) throw failed('usage', problems.join('\n'));
  return read.flatMap((one) => (one.ok ? [one.edit] : []));
}

export type { EditText };
export { DEFAULT_RATE, readEdits, readRate };
