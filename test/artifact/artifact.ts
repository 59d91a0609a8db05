import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFunctionBundle } from '../../lib/cloud/assembly.ts';
import { RELAY_STACK_ID } from '../../lib/cloud/relay-stack.ts';

const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TOOLS = join(PROJECT_ROOT, 'node_modules', '.bin');

/** What `cdk synth` wrote for the delivery function, put where Lambda would unpack it. */
interface Artifact {
  /** Outside the repository: no `node_modules` above it. */
  readonly taskRoot: string;
  readonly bundle: string;
  /** As the template has them: texts, and references that only a deployment resolves. */
  readonly environment: Readonly<Record<string, unknown>>;
  remove(): void;
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: FunctionProperties }>>;
}

interface FunctionProperties {
  readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
}

/** Runs `cdk synth` as the README does, into a folder of its own. */
async function synthesize(): Promise<Artifact> {
  const scratch = mkdtempSync(join(tmpdir(), 'marketo-relay-artifact-'));
  const assembly = join(scratch, 'cdk.out');
  await promisify(execFile)(join(TOOLS, 'cdk'), ['synth', '--quiet', '--output', assembly], {
    cwd: PROJECT_ROOT,
    // Of this machine only what Node needs: a profile or a context of the user's must not change the artifact.
    env: { PATH: `${TOOLS}:${process.env.PATH}`, HOME: scratch, CI: 'true' },
  });
  const taskRoot = join(scratch, 'task');
  cpSync(dirname(findFunctionBundle(assembly, RELAY_STACK_ID)), taskRoot, { recursive: true });
  cpSync(new URL('lambda-runtime.mjs', import.meta.url), join(taskRoot, 'lambda-runtime.mjs'));
  return {
    taskRoot,
    bundle: join(taskRoot, 'index.mjs'),
    environment: environmentOf(join(assembly, `${RELAY_STACK_ID}.template.json`)),
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

function environmentOf(templateFile: string): Readonly<Record<string, unknown>> {
  const { Resources } = JSON.parse(readFileSync(templateFile, 'utf8')) as Template;
  const delivery = Object.values(Resources).find(({ Type }) => Type === 'AWS::Lambda::Function');
  return delivery?.Properties.Environment?.Variables ?? {};
}

export type { Artifact };
export { synthesize };
