import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CACHE = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const JARS = join(CACHE, 'marketo-relay', 'velocity-1.7', 'lib');

/** Why templates cannot be rendered by Apache Velocity; undefined when they can. */
function absence(): string | undefined {
  return existsSync(JARS) ? undefined : 'skipped: no Apache Velocity (run test/second-tier/velocity.sh)';
}

/** Renders mapping templates of requests as API Gateway does, by the engine that it has. */
function renderByVelocity(cases: readonly { readonly template: string; readonly body: string }[]): readonly string[] {
  const input = cases.map(({ template, body }) => `${encoded(template)} ${encoded(body)}\n`).join('');
  const program = join(import.meta.dirname, 'Velocity.java');
  const output = execFileSync('java', ['-cp', join(JARS, '*'), program], { input, maxBuffer: 64 * 1_048_576 });
  return output
    .toString('latin1')
    .trimEnd()
    .split('\n')
    .map((line) => Buffer.from(line, 'base64').toString('utf8'));
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

export { absence, renderByVelocity };
