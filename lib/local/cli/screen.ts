import { styleText } from 'node:util';
import type { Screen } from './layout.ts';

/** A stream as far as its looks go: `process.stdout`, or a stand-in. */
interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Colours only on a terminal, and not where `NO_COLOR` is set (https://no-color.org) or the terminal is dumb. */
function screenOf(stream: OutputStream, env: Readonly<Record<string, string | undefined>>): Screen {
  const terminal = stream.isTTY === true;
  const coloured = terminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  return {
    columns: terminal ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY,
    paint: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
    unicode: terminal && isUtf8(env),
  };
}

/** POSIX: the first of these that is set decides. Windows terminals have none of them, and take UTF-8. */
function isUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '');
  return locale === undefined ? process.platform === 'win32' : /utf-?8/i.test(locale);
}

export type { OutputStream };
export { screenOf };
