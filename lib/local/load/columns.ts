import { slips } from '../../message/near-misses.ts';
import type { Destination } from './destination.ts';
import type { KnownField, KnownFields } from './known-fields.ts';
import { REMARK_COLUMNS } from './rejects.ts';

/** A column of the file, and the field that its cells become. */
interface Column {
  /** Its place in a row, from 0. */
  readonly index: number;
  readonly header: string;
  readonly field: string;
  /** Where the subscription's fields are known. */
  readonly known?: KnownField;
}

/** `--map COLUMN=FIELD`: the column by its header or its number; no field leaves it out. */
interface ColumnMap {
  readonly text: string;
  readonly column: string;
  readonly field: string;
}

interface ColumnsReading {
  readonly columns: readonly Column[];
  /** Headers of columns that are left out. */
  readonly leftOut: readonly string[];
  readonly problems: readonly string[];
}

/** What every API name seen so far is made of; a name on a screen has blanks. */
const API_NAME = /^\w+$/;
const MAX_SHOWN = 20;

/** The last `=` counts: a header may hold one, a field's name cannot. Undefined for what has none. */
function readColumnMap(text: string): ColumnMap | undefined {
  const at = text.lastIndexOf('=');
  return at <= 0 ? undefined : { text, column: text.slice(0, at), field: text.slice(at + 1).trim() };
}

/** Which column becomes which field, or everything that speaks against it. */
function readColumns(
  header: readonly string[],
  maps: readonly ColumnMap[],
  destination: Destination,
  known: KnownFields | undefined,
): ColumnsReading {
  const names = header.map((name) => name.trim());
  const problems: string[] = [];
  const mapped = new Map<number, string>();
  for (const map of maps) {
    const places = placesOf(map.column.trim(), names);
    if (places.length === 1 && places[0] !== undefined) mapped.set(places[0], map.field);
    else problems.push(placeProblem(map, places, names));
  }
  const columns: Column[] = [];
  const leftOut: string[] = [];
  for (const [index, name] of names.entries()) {
    const field = mapped.get(index) ?? (REMARK_COLUMNS.has(name) ? '' : name);
    if (field === '' && (name !== '' || mapped.has(index))) {
      leftOut.push(name === '' ? `#${index + 1}` : name);
      continue;
    }
    const problem = fieldProblem({ index, header: name, field }, mapped.has(index), destination, known);
    if (problem !== undefined) problems.push(problem);
    const one = known?.fields.get(field);
    columns.push({ index, header: name, field, ...(one === undefined ? {} : { known: one }) });
  }
  problems.push(...twiceProblems(columns));
  // A column that was most likely meant for the key has been told of already.
  const isMeant = (key: string): boolean => problems.some((problem) => problem.includes(`=${key}'`));
  problems.push(...keyProblems(columns, destination, known, isMeant));
  return { columns, leftOut, problems };
}

function placesOf(column: string, names: readonly string[]): readonly number[] {
  const number = /^#(\d{1,5})$/.exec(column)?.[1];
  if (number !== undefined) return Number(number) >= 1 && Number(number) <= names.length ? [Number(number) - 1] : [];
  return names.flatMap((name, index) => (name === column ? [index] : []));
}

function placeProblem({ text }: ColumnMap, places: readonly number[], names: readonly string[]): string {
  if (places.length > 1) {
    const numbers = places.map((index) => `#${index + 1}`).join(' and ');
    return `--map '${text}': columns ${numbers} have this name: give the number, as in --map '#${(places[0] ?? 0) + 1}=FIELD'`;
  }
  const shown = names.slice(0, MAX_SHOWN).map((name, index) => (name === '' ? `#${index + 1}` : name));
  const more = names.length > MAX_SHOWN ? ` and ${names.length - MAX_SHOWN} more` : '';
  return `--map '${text}': the file has no such column; it has ${shown.join(', ')}${more}`;
}

function fieldProblem(
  { index, header, field }: Column,
  isMapped: boolean,
  destination: Destination,
  known: KnownFields | undefined,
): string | undefined {
  const place = header === '' ? `#${index + 1}` : header;
  const leave = `--map '${place}=' leaves it out`;
  if (field === '') return `column ${index + 1} has no name: --map '#${index + 1}=FIELD' gives it a field, ${leave}`;
  if (destination.keysOnly) {
    if (destination.keys.includes(field)) return undefined;
    const [key = ''] = destination.keys;
    return `column "${field}": ${destination.name} take ${key} alone: --map '${place}=${key}' if it is that, ${leave}`;
  }
  if (known === undefined) {
    // Whoever gives a field with --map is taken at their word.
    if (isMapped || API_NAME.test(field)) return undefined;
    return `column "${field}" is no API name of a field: --map '${place}=FIELD' gives it one, ${leave}`;
  }
  // Dedupe fields are read-only by Describe, and each row needs them (Marketo: custom-objects, "Describe").
  if (destination.keys.includes(field) || known.dedupeFields.includes(field)) return undefined;
  const one = known.fields.get(field);
  if (one === undefined) {
    const near = nearest(field, known);
    const meant =
      near === undefined ? `--map '${place}=FIELD' gives it one` : `did you mean ${near}? --map '${place}=${near}'`;
    return `column "${field}" is no field of ${destination.name}: ${meant}, ${leave}`;
  }
  return one.readOnly ? `column "${field}" is read-only in Marketo: ${leave}` : undefined;
}

/** By API name or the name on the screen, whatever the case, blanks and signs; else one slip of the finger away. */
function nearest(name: string, { fields }: KnownFields): string | undefined {
  const plain = plainOf(name);
  const all = [...fields.values()];
  const same = all.find((field) => plainOf(field.name) === plain || plainOf(field.displayName ?? '') === plain);
  return (same ?? all.find((field) => slips(plainOf(field.name), plain) === 1))?.name;
}

function plainOf(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function twiceProblems(columns: readonly Column[]): readonly string[] {
  const places = new Map<string, Column[]>();
  for (const column of columns) places.set(column.field, [...(places.get(column.field) ?? []), column]);
  return [...places].flatMap(([field, found]) => {
    if (found.length < 2 || field === '') return [];
    const numbers = found.map(({ index }) => `#${index + 1}`);
    return [
      `columns ${numbers.join(' and ')} both give "${field}": keep one, --map '${numbers.at(-1)}=' leaves the other out`,
    ];
  });
}

function keyProblems(
  columns: readonly Column[],
  { keys, name }: Destination,
  known: KnownFields | undefined,
  isMeant: (key: string) => boolean,
): readonly string[] {
  const needed = keys.length > 0 ? keys : (known?.dedupeFields ?? []);
  return needed
    .filter((key) => !isMeant(key) && !columns.some(({ field }) => field === key))
    .map((key) => `no column gives "${key}", by which Marketo finds ${name}: --map 'COLUMN=${key}' names it`);
}

export type { Column, ColumnMap, ColumnsReading };
export { readColumnMap, readColumns };
