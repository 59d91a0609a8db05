import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The version in package.json, which is some folders above this file: how many depends on the build. */
function packageVersion(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const version = versionIn(folder);
    if (version !== undefined) return version;
    if (dirname(folder) === folder) return '0.0.0';
  }
}

function versionIn(folder: string): string | undefined {
  try {
    const parsed = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name?: string;
      version?: string;
    };
    return parsed.name === 'marketo-relay' ? parsed.version : undefined;
  } catch {
    return undefined;
  }
}

export { packageVersion };
