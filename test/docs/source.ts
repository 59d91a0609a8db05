import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file of ours below the folders. */
function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
      .map((name) => join(ROOT, folder, name))
      .map((path) => ({ path: relative(ROOT, path), text: readFileSync(path, 'utf8') })),
  );
}

function readDoc(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The cells of each row of the Markdown tables between two `<!-- name -->` marks, headings left out. */
function tableRows(markdown: string, name: string): readonly (readonly string[])[] {
  const part = markdown.split(`<!-- ${name} -->`)[1];
  if (part === undefined) throw new Error(`no <!-- ${name} --> in the page`);
  const lines = part.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
}

/** One of comment, text or regular expression; what begins first is what it is. */
const PIECE =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`|(?<=[(=,:[!&|?{};\n]\s*)\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[dgimsuvy]*/g;

function isComment(piece: string): boolean {
  return piece.startsWith('/*') || piece.startsWith('//');
}

/** The code with its texts, without comments. */
function withoutComments(text: string): string {
  return text.replace(PIECE, (piece) => (isComment(piece) ? '' : piece));
}

/** The code alone: names, numbers and signs. */
function withoutTexts(text: string): string {
  return text.replace(PIECE, (piece) => (isComment(piece) ? '' : "''"));
}

/** Each comment as one line of prose; neighbouring `//` lines are one comment. */
function commentsOf(text: string): readonly string[] {
  const pieces = [...text.matchAll(PIECE)].filter(([piece]) => isComment(piece));
  const merged: string[] = [];
  let end = -1;
  for (const match of pieces) {
    const [piece] = match;
    const follows = piece.startsWith('//') && /^\s*$/.test(text.slice(end, match.index)) && end >= 0;
    const prose = piece
      .replace(/^\/\*+|\*\/$|^\/\//g, '')
      .replace(/\n\s*\*/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    if (follows) merged[merged.length - 1] = `${merged.at(-1)} ${prose}`;
    else merged.push(prose);
    end = match.index + piece.length;
  }
  return merged;
}

export type { SourceFile };
export { commentsOf, readDoc, sourceFiles, tableRows, withoutComments, withoutTexts };
