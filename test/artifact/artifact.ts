import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFunction } from '../../lib/cloud/assembly.ts';
import { DELIVERY_FUNCTION_ID } from '../../lib/cloud/delivery-function.ts';
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

/**
 * Runs `cdk synth` as the README does, into a folder of its own; or takes what others have synthesized, by the package,
 * where `ARTIFACT_ASSEMBLY` names their folder.
 */
async function synthesize(): Promise<Artifact> {
  const scratch = mkdtempSync(join(tmpdir(), 'marketo-relay-artifact-'));
  const assembly = process.env.ARTIFACT_ASSEMBLY ?? (await synthesizeInto(scratch));
  const taskRoot = join(scratch, 'task');
  const { bundle, environment } = findFunction(assembly, RELAY_STACK_ID, DELIVERY_FUNCTION_ID);
  cpSync(dirname(bundle), taskRoot, { recursive: true });
  cpSync(new URL('lambda-runtime.mjs', import.meta.url), join(taskRoot, 'lambda-runtime.mjs'));
  return {
    taskRoot,
    bundle: join(taskRoot, 'index.mjs'),
    environment,
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

async function synthesizeInto(scratch: string): Promise<string> {
  const assembly = join(scratch, 'cdk.out');
  await promisify(execFile)(join(TOOLS, 'cdk'), ['synth', '--quiet', '--output', assembly], {
    cwd: PROJECT_ROOT,
    // Of this machine only what Node needs: a profile or a context of the user's must not change the artifact.
    env: { PATH: `${TOOLS}:${process.env.PATH}`, HOME: scratch, CI: 'true' },
  });
  return assembly;
}

export type { Artifact };
export { synthesize };
