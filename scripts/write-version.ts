/** Writes the version of package.json into `lib/marketo/user-agent.ts`. `npm version` runs it; a test compares the two. */
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../lib/marketo/user-agent.ts', import.meta.url);

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
writeFileSync(FILE, readFileSync(FILE, 'utf8').replace(/^const VERSION = '.*';$/m, `const VERSION = '${version}';`));
