/** Text that is HTML already: made by {@link html} only, so that what others wrote is escaped on every way into a page. */
interface Html {
  readonly html: string;
}

type Part = string | number | Html | readonly Html[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};
/** Signs that a reader cannot see, and that turn the text around them. Line ends and tabs stay. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/**
 * HTML with every value escaped, in text and in a quoted attribute alike.
 *
 * @example
 * html`<b title="${title}">${text}</b>`; // text = '<script>' shows as it is written
 */
function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const written = texts.map((text, index) => text + (index < parts.length ? toHtml(parts[index] ?? '') : ''));
  return { html: written.join('') };
}

function toHtml(part: Part): string {
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  if ('html' in part) return part.html;
  return part.map((one) => one.html).join('');
}

/** Text for a form, which sends back what it was given: escaped, and unseen signs as they are. */
function verbatim(text: string): Html {
  return { html: escapeMarkup(text) };
}

function escapeHtml(text: string): string {
  return escapeMarkup(text.replace(UNSEEN, '\uFFFD'));
}

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => ESCAPES[character] ?? '');
}

export type { Html };
export { html, verbatim };
