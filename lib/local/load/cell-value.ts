import type { Json } from '../../marketo/request.ts';
import type { KnownField } from './known-fields.ts';

type CellValue = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly reason: string };

const MAX_INTEGER = 2_147_483_647;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
/** Marketo: leads, "Sync Leads": e-mail addresses in ASCII only. */
const EMAIL = /^[!-?A-~]+@[!-?A-~]+$/;
const YES_OR_NO = /^(?:true|false|t|f|yes|no|y|n|1|0)$/i;

/**
 * A cell as the value of its field. Refused is only what cannot be right in any reading; where Marketo's rule is not
 * certain, the text goes as it is.
 *
 * @param text - not empty
 */
function cellValue(text: string, { dataType = '', length }: Pick<KnownField, 'dataType' | 'length'>): CellValue {
  switch (dataType.toLowerCase()) {
    case 'integer':
    case 'score':
    case 'percent':
      return integer(text);
    case 'float':
    case 'currency':
      return decimal(text);
    case 'boolean':
      return yesOrNo(text);
    case 'date':
    case 'datetime':
      return date(text);
    case 'email':
      return EMAIL.test(text)
        ? short(text, length)
        : refused(text, 'is no e-mail address that Marketo takes (ASCII, with one @)');
    default:
      return short(text, length);
  }
}

/** The id of a lead or another object that Marketo gave it. */
function idValue(text: string): CellValue {
  const read = integer(text.trim());
  return read.ok && Number(read.value) > 0 ? read : refused(text, 'is no id: a whole number above 0');
}

function integer(text: string): CellValue {
  const value = Number(text);
  if (/^[+-]?\d{1,10}$/.test(text.trim()) && Math.abs(value) <= MAX_INTEGER) return { ok: true, value };
  return refused(text, `is no whole number up to ${MAX_INTEGER}`);
}

/** Digits that a double cannot hold stay, as text. */
function decimal(text: string): CellValue {
  const plain = text.trim();
  const value = Number(plain);
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i.test(plain) || !Number.isFinite(value)) {
    return refused(text, 'is no number (with a point, without separators of thousands)');
  }
  return { ok: true, value: String(value) === plain ? value : plain };
}

function yesOrNo(text: string): CellValue {
  const plain = text.trim().toLowerCase();
  if (!YES_OR_NO.test(plain)) return refused(text, 'is neither true nor false');
  return { ok: true, value: plain === 'true' || plain === 'false' ? plain === 'true' : plain };
}

/** Marketo: lead-database, "Field types": ISO 8601. `2027-02-30` has the form of a date and is none. */
function date(text: string): CellValue {
  const plain = text.trim();
  const day = plain.slice(0, 10);
  const at = Date.parse(`${day}T00:00:00Z`);
  const isReal = DATE.test(plain) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
  return isReal && !Number.isNaN(Date.parse(plain))
    ? { ok: true, value: plain }
    : refused(text, 'is no date as Marketo takes it (2027-01-31, or 2027-01-31T12:00:00Z)');
}

function short(text: string, length: number | undefined): CellValue {
  if (length === undefined || text.length <= length) return { ok: true, value: text };
  return refused(text, `has ${text.length} characters, the field takes ${length}`);
}

const MAX_SHOWN = 60;

function refused(text: string, why: string): CellValue {
  const shown = text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN).toWellFormed()}...`;
  return { ok: false, reason: `"${shown}" ${why}` };
}

export type { CellValue };
export { cellValue, idValue };
