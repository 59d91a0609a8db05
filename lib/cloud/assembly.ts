import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly artifacts: Readonly<Record<string, { readonly additionalMetadataFile?: string }>>;
}

/** Construct path to what CDK says of it, the logical id among it. */
type Metadata = Readonly<Record<string, readonly { readonly type: string; readonly data?: unknown }[]>>;

interface AssetManifest {
  readonly files: Readonly<Record<string, { readonly source: { readonly path?: string } }>>;
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: FunctionProperties }>>;
}

interface FunctionProperties {
  readonly Code?: { readonly S3Key?: string };
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
}

/** One Lambda function in what `cdk synth` wrote. */
interface SynthesizedFunction {
  /** The file that Lambda will run. */
  readonly bundle: string;
  /** As the template has them: strings, and references that only a deployment resolves. */
  readonly environment: Readonly<Record<string, unknown>>;
}

/**
 * A function as Lambda will get it, for tests of the artifact itself.
 *
 * @param assemblyDirectory usually `cdk.out`.
 * @param stackId the construct id of the stack.
 * @param functionId the construct id of the function.
 * @throws Error when the stack has no such function, or more than one, or it has no bundled code: names those there are.
 * @example
 * const { bundle } = findFunction('cdk.out', RELAY_STACK_ID, DELIVERY_FUNCTION_ID);
 * const { handler } = await import(bundle);
 */
function findFunction(assemblyDirectory: string, stackId: string, functionId: string): SynthesizedFunction {
  const read = <T>(file: string): T => JSON.parse(readFileSync(join(assemblyDirectory, file), 'utf8')) as T;
  const template = read<Template>(`${stackId}.template.json`);
  const found = functionsOf(template, read, stackId).filter(({ path }) => path.at(-2) === functionId);
  const [one] = found;
  if (one === undefined || found.length > 1) {
    const known = functionsOf(template, read, stackId).map(({ path }) => path.slice(1, -1).join('/'));
    throw new Error(
      `${assemblyDirectory}: ${stackId} has ${found.length} functions "${functionId}", expected one; ` +
        `its functions: ${known.length === 0 ? 'none' : known.join(', ')}`,
    );
  }
  const manifest = read<AssetManifest>(`${stackId}.assets.json`);
  const source = manifest.files[one.properties.Code?.S3Key?.replace(/\.zip$/, '') ?? '']?.source.path;
  if (source === undefined) throw new Error(`${assemblyDirectory}: ${stackId}/${functionId} has no bundled code`);
  return {
    bundle: join(assemblyDirectory, source, 'index.mjs'),
    environment: one.properties.Environment?.Variables ?? {},
  };
}

/** {@link findFunction}'s bundle alone. */
function findFunctionBundle(assemblyDirectory: string, stackId: string, functionId: string): string {
  return findFunction(assemblyDirectory, stackId, functionId).bundle;
}

interface FunctionResource {
  /** Construct ids from the stack down: `['MarketoRelay', 'Relay', 'Delivery', 'Resource']`. */
  readonly path: readonly string[];
  readonly properties: FunctionProperties;
}

function functionsOf(template: Template, read: <T>(file: string) => T, stackId: string): readonly FunctionResource[] {
  const { artifacts } = read<Manifest>('manifest.json');
  const metadata = read<Metadata>(artifacts[stackId]?.additionalMetadataFile ?? `${stackId}.metadata.json`);
  return Object.entries(metadata).flatMap(([path, entries]) => {
    const logicalId = entries.find(({ type }) => type === 'aws:cdk:logicalId')?.data;
    const resource = typeof logicalId === 'string' ? template.Resources[logicalId] : undefined;
    if (resource?.Type !== 'AWS::Lambda::Function') return [];
    return [{ path: path.split('/').slice(1), properties: resource.Properties ?? {} }];
  });
}

export type { SynthesizedFunction };
export { findFunction, findFunctionBundle };
