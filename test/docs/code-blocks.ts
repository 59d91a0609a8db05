import { readDoc } from './source.ts';

/** What stands between the fences of a language, in order. */
function fenced(path: string, language: string): readonly string[] {
  const blocks = readDoc(path).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'));
  return [...blocks].map(([, block = '']) => block);
}

/** The command lines of a page: of indented code, and what stands in backticks; long ones joined, comments left out. */
function commandLines(path: string): readonly string[] {
  // A block for a shell is read like one that is indented.
  const text = readDoc(path).replace(/^```(\w*)\n([\s\S]*?)^```$/gm, (_, language: string, block: string) =>
    language === 'sh' ? block.replace(/^/gm, '    ') : '',
  );
  const indented = [...text.matchAll(/^ {4}(.*(?:\\\n {4}.*)*)/gm)].map(([, line = '']) =>
    line.replace(/\\\n\s*/g, ' '),
  );
  const inline = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...indented, ...inline]
    .flatMap((line) => withoutComment(line).split(/\s(?:&&|\|\||\||;)\s/))
    .map((one) => one.trim());
}

/** A `#` after a blank begins a comment, unless it stands in quotes. */
function withoutComment(line: string): string {
  const match = /^(?:'[^']*'|"[^"]*"|[^'"#]|\S#)*/.exec(line.replace(/\s#\s.*$/, ''));
  return match?.[0] ?? line;
}

/** As a shell would part it, quotes taken off. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/['"]/g, ''));
}

export { commandLines, fenced, words };
