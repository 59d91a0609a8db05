import type { Html } from '../../../triage/html.ts';
import { printableText } from '../../print.ts';

/** What somebody else wrote, for a page: no control characters and no marks of direction, bounded. Escaping is `html`'s. */
function shownText(text: string, most = 2_000): string {
  const clean = printableText(text);
  return clean.length <= most ? clean : `${clean.slice(0, most)} ...`;
}

/** `2027-01-31 12:00:05`, in the time zone of this machine. */
function when(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

export type { Html };
export { count, shownText, when };
