import { Dice } from './dice.ts';
import type { KindName } from './kinds.ts';
import type { Scenario } from './scenario.ts';

/** Fields that Marketo has, gets and loses in a run, and what the relay makes of records with others. */
interface FieldsPlan {
  readonly unknownFields: 'letter' | 'strip';
  readonly holdHours: number;
  /** Marketo fails a whole call for a field that is not there, or the record alone: no recording says which. */
  readonly failsWhole: boolean;
  readonly fields: readonly PlannedField[];
}

interface PlannedField {
  readonly name: string;
  /** When it is there, from the first to the second, after the start. */
  readonly spans: readonly (readonly [number, number])[];
}

const FIELDS_SHARE = 0.2;
/** How often a record has one of these fields. */
const RECORD_SHARE = 0.5;
const MINUTE_MS = 60_000;
const EVER = Number.POSITIVE_INFINITY;

/** By chances of its own, so that all other seeds stay as they are. Each look is a call: a short day is no place for it. */
function drawFieldsPlan(seed: number, faultsMs: number, shortDay: boolean): FieldsPlan | undefined {
  const dice = new Dice(seed).stream('fields');
  if (!dice.chance(FIELDS_SHARE) || shortDay) return undefined;
  const lostMs = dice.between(0, faultsMs);
  // What is held keeps those behind it waiting: hours of it are long runs that show no more.
  const backMs = dice.chance(0.1) ? EVER : lostMs + dice.between(0.2, dice.pick([5, 20])) * MINUTE_MS;
  return {
    unknownFields: dice.chance(0.7) ? 'letter' : 'strip',
    holdHours: dice.pick([0, 0, 1]),
    failsWhole: dice.chance(0.4),
    fields: [
      { name: 'fieldSteady', spans: [[0, EVER]] },
      { name: 'fieldWrong', spans: [] },
      { name: 'fieldNew', spans: [[dice.between(0, faultsMs), EVER]] },
      {
        name: 'fieldLost',
        spans: [
          [0, lostMs],
          [backMs, EVER],
        ],
      },
    ],
  };
}

/** The field of a record, if it has one. */
function drawField({ fields }: FieldsPlan, dice: Dice): string | undefined {
  return dice.chance(RECORD_SHARE) ? dice.pick(fields).name : undefined;
}

/** @param sinceMs after the start */
function isThere({ fields }: FieldsPlan, name: string, sinceMs: number): boolean {
  const spans = fields.find((field) => field.name === name)?.spans ?? [];
  return spans.some(([fromMs, toMs]) => sinceMs >= fromMs && sinceMs < toMs);
}

/** Whether it was there all the time, from the first to the second. */
function wasAlwaysThere({ fields }: FieldsPlan, name: string, fromMs: number, toMs: number): boolean {
  const spans = fields.find((field) => field.name === name)?.spans ?? [];
  return spans.some(([startMs, endMs]) => startMs <= Math.max(0, fromMs) && toMs < endMs);
}

/** By chances of its own for each message, so that what it is otherwise stays as it is. */
function fieldsOf(
  { fields, seed }: Pick<Scenario, 'fields' | 'seed'>,
  name: KindName,
  marks: readonly string[],
): ReadonlyMap<string, string> {
  if (fields === undefined || (name !== 'sync' && name !== 'duplicate')) return new Map();
  const dice = new Dice(seed).stream(`fields of ${marks[0]}`);
  return new Map(
    marks.flatMap((mark): [string, string][] => {
      const field = drawField(fields, dice);
      return field === undefined ? [] : [[mark, field]];
    }),
  );
}

function withFields(request: object, marks: readonly string[], fields: ReadonlyMap<string, string>): object {
  const { body } = request as { readonly body?: { readonly input?: readonly object[] } };
  if (fields.size === 0 || body?.input === undefined) return request;
  const input = body.input.map((record, index) => {
    const field = fields.get(marks[index] ?? '');
    return field === undefined ? record : { ...record, [field]: 'x' };
  });
  return { ...request, body: { ...body, input } };
}

/** What a text says of these fields. */
function fieldsIn(text: string): readonly string[] {
  return [...new Set(text.match(/\bfield(?:Steady|Wrong|New|Lost)\b/g) ?? [])];
}

export type { FieldsPlan };
export { drawFieldsPlan, fieldsIn, fieldsOf, isThere, wasAlwaysThere, withFields };
