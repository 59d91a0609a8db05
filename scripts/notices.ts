import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Notice {
  readonly name: string;
  readonly text: string;
}

/**
 * The licences of the packages that are in a bundle, which their licences ask to go along with it. Each text once, below
 * the names of all that it is of.
 *
 * @param inputs files of the bundle, from the root of the project.
 */
function noticesOf(inputs: readonly string[], root: string): string {
  const folders = inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const notices = [...new Set(folders)].sort().map((folder) => noticeOf(join(root, folder)));
  const byText = Map.groupBy(notices, ({ text }) => text);
  const parts = [...byText].map(([text, of]) => [...of.map(({ name }) => name), '', text, ''].join('\n'));
  return ['What is bundled beside this file contains these packages.\n', ...parts].join(`\n${'='.repeat(80)}\n`);
}

function noticeOf(folder: string): Notice {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const texts = readdirSync(folder)
    .filter((file) => /^(?:licen[cs]e|notice|copying)(?:\.(?:md|txt))?$/i.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return {
    name: `${name} ${version}`,
    text: texts.length === 0 ? `Licence: ${license ?? 'not said'}` : texts.join('\n\n'),
  };
}

export { noticesOf };
