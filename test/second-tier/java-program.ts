import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'marketo-relay');
const MAX_OUTPUT_BYTES = 64 * 1_048_576;

/** A Java program of this folder, and what it stands on. */
interface JavaProgram {
  readonly file: string;
  /** Of the folder below the cache, as the script writes it. */
  readonly cache: string;
  readonly script: string;
}

/** The engine of API Gateway's mapping templates. */
const VELOCITY: JavaProgram = { file: 'Velocity.java', cache: 'velocity-1.7', script: 'velocity.sh' };
/** The validator in whose words API Gateway refuses a body. */
const DRAFT_4: JavaProgram = {
  file: 'Draft4.java',
  cache: 'json-schema-validator-2.2.14',
  script: 'json-schema-validator.sh',
};

/** Why the program cannot run; undefined when it can. */
function absenceOf({ cache, script }: JavaProgram): string | undefined {
  return existsSync(join(CACHE, cache, 'lib')) ? undefined : `skipped: run test/second-tier/${script}`;
}

/** One line of output for each that the program answers. */
function runJava({ file, cache }: JavaProgram, lines: readonly string[]): readonly string[] {
  const classPath = join(CACHE, cache, 'lib', '*');
  const input = lines.map((line) => `${line}\n`).join('');
  const output = execFileSync('java', ['-cp', classPath, join(import.meta.dirname, file)], {
    input,
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return output.toString('utf8').trimEnd().split('\n');
}

/** Renders mapping templates of requests as API Gateway does. */
function renderByVelocity(cases: readonly { readonly template: string; readonly body: string }[]): readonly string[] {
  const lines = cases.map(({ template, body }) => `${encoded(template)} ${encoded(body)}`);
  return runJava(VELOCITY, lines).map((line) => Buffer.from(line, 'base64').toString('utf8'));
}

/** What is wrong with each value by a schema of draft 4; `valid` when nothing is. */
function judgeByDraft4(schema: unknown, values: readonly unknown[]): readonly string[] {
  return runJava(
    DRAFT_4,
    [schema, ...values].map((value) => JSON.stringify(value)),
  );
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

export { absenceOf, DRAFT_4, judgeByDraft4, renderByVelocity, VELOCITY };
