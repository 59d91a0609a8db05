import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkMessage } from '../../lib/message/check-message.ts';
import { fenced } from './code-blocks.ts';
import { readDoc } from './source.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const snippets = PAGES.flatMap((page) => fenced(page, 'ts').map((text, index) => ({ page, index, text })));

/** Three seconds of work, on a machine that may do much else. */
const COMPILE_LIMIT_MS = 300_000;

/** A snippet as a module: imports at its top, the rest where `this` is a construct of the reader's and `await` may stand. */
function moduleOf(text: string): string {
  const rows = text.split('\n');
  const imports = rows.filter((row) => row.startsWith('import '));
  const body = rows.filter((row) => !row.startsWith('import '));
  return [
    "import { Stack } from 'aws-cdk-lib';",
    "import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';",
    ...imports,
    'declare const signUpFunction: LambdaFunction;',
    'declare const signUpService: LambdaFunction;',
    'class Example extends Stack {',
    '  async example(): Promise<unknown> {',
    ...body,
    '    return [signUpFunction, signUpService, Example];',
    '  }',
    '}',
    'export { Example };',
  ].join('\n');
}

describe('the snippets in the pages', () => {
  it(
    'of TypeScript compile against what the package exports',
    () => {
      expect(snippets.length).toBeGreaterThanOrEqual(3);
      const folder = mkdtempSync(join(ROOT, 'test/docs/.snippets-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      for (const { page, index, text } of snippets) {
        writeFileSync(join(folder, `${page.replace(/\W/g, '-')}-${index}.mts`), moduleOf(text));
      }
      const paths = {
        'marketo-relay': ['../../../exports/construct.ts'],
        'marketo-relay/*': ['../../../exports/*.ts'],
      };
      const options = {
        extends: '../../../tsconfig.json',
        compilerOptions: { paths, noUnusedLocals: false },
        include: ['*.mts'],
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
      expect(typeErrors(folder)).toBe('');
    },
    COMPILE_LIMIT_MS,
  );

  it('of JSON are JSON', () => {
    const blocks = PAGES.flatMap((page) => fenced(page, 'json'));
    expect(blocks.length).toBeGreaterThan(2);
    // The letter is shortened: what is left out is a text of three dots, which is JSON too.
    for (const block of blocks) expect(() => JSON.parse(block)).not.toThrow();
  });

  it('that are messages pass the checks of intake', () => {
    const bodies = [...readDoc('README.md').matchAll(/--message-body '(\{[\s\S]*?\})'\n/g)].map(
      ([, body = '']) => body,
    );
    expect(bodies).toHaveLength(1);
    for (const body of bodies) expect(checkMessage(JSON.parse(body))).toMatchObject({ kind: 'valid' });
  });
});

function typeErrors(folder: string): string {
  try {
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['--noEmit', '-p', folder], { encoding: 'utf8', cwd: ROOT });
    return '';
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}
