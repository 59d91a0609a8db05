import { Compile, parse } from 'velocityjs';

interface Call {
  readonly property: string;
  readonly context: unknown;
  readonly params: readonly unknown[];
}

/** The methods of `java.lang.String` that the templates use, where they differ from those of a JavaScript string. */
const STRING_METHODS: Readonly<Record<string, (text: string, ...params: string[]) => unknown>> = {
  length: (text) => text.length,
  isEmpty: (text) => text === '',
  contains: (text, part = '') => text.includes(part),
  replaceAll: (text, pattern = '', replacement = '') => text.replace(new RegExp(pattern, 'g'), () => replacement),
  split(text, pattern = '') {
    // Java leaves out what is empty at the end.
    const parts = text.split(pattern);
    while (parts.length > 1 && parts.at(-1) === '') parts.pop();
    return parts;
  },
};

/** Those of `java.util.Map`. The engine's own looks for names in another case too. */
const MAP_METHODS: Readonly<Record<string, (map: Record<string, unknown>, ...params: string[]) => unknown>> = {
  containsKey: (map, name = '') => Object.hasOwn(map, name),
  get: (map, name = '') => (Object.hasOwn(map, name) ? map[name] : undefined),
  put(map, name = '', value) {
    Object.defineProperty(map, name, { value, configurable: true, enumerable: true });
  },
};

/** `parseMethods` apart, so that a method that no Java class has fails instead of passing in silence. */
const JAVA = {
  match: ({ context, property }: Call): boolean => methodsOf(context)?.[property] !== undefined,
  resolve: ({ context, property, params }: Call): unknown => methodsOf(context)?.[property]?.(context, ...params),
};

function methodsOf(context: unknown): Readonly<Record<string, (...all: unknown[]) => unknown>> | undefined {
  if (typeof context === 'string') return STRING_METHODS as never;
  const isMap = typeof context === 'object' && context !== null && !Array.isArray(context) && !('urlEncode' in context);
  return isMap ? (MAP_METHODS as never) : undefined;
}

const util = {
  /** As `java.net.URLEncoder` writes it. */
  urlEncode(text: string): string {
    return encodeURIComponent(text)
      .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+');
  },
  /** As `java.net.URLDecoder` reads it: bytes that are no UTF-8 become U+FFFD. */
  urlDecode(text: string): string {
    if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw new Error('IllegalArgumentException: URLDecoder');
    return new URLSearchParams(`value=${text.replaceAll('&', '%26')}`).get('value') ?? '';
  },
  /** As `StringEscapeUtils.escapeJavaScript` of commons-lang 2.4 writes it. */
  escapeJavaScript(text: string): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
    return text.replace(/[\\/'"\0-\x1f\x80-\uffff]/g, (character) => {
      if (/[\\/'"]/.test(character)) return `\\${character}`;
      const hex = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
      return SHORT[character] ?? `\\u${hex}`;
    });
  },
};

const SHORT: Readonly<Record<string, string>> = { '\b': '\\b', '\n': '\\n', '\t': '\\t', '\f': '\\f', '\r': '\\r' };

interface Rendered {
  readonly text: string;
  /** Where the template set it. */
  readonly status?: number;
}

/**
 * Renders a mapping template as API Gateway does.
 *
 * @param body - of the request; for the template of an answer, SQS's reply
 */
function renderTemplate(template: string, body: string): Rendered {
  const responseOverride: { status?: number } = {};
  const path = (steps: string): unknown =>
    steps
      .split('.')
      .slice(1)
      .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], JSON.parse(body));
  const compile = new Compile(parse(template), {
    customMethodHandlers: [JAVA as never],
    escape: false,
    env: 'development',
  });
  const text = compile.render({ input: { body, path }, util, context: { responseOverride } });
  return { text, ...responseOverride };
}

export type { Rendered };
export { renderTemplate };
