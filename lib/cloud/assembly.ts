import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface AssetManifest {
  readonly files: Readonly<Record<string, { readonly source: { readonly path?: string } }>>;
}

interface FunctionTemplate {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: FunctionProperties }>>;
}

interface FunctionProperties {
  readonly Code?: { readonly S3Key?: string };
}

/**
 * The file that Lambda will run, in what `cdk synth` wrote: for tests of the artifact itself.
 *
 * @param assemblyDirectory usually `cdk.out`.
 * @param stackId the construct id of the stack.
 * @throws Error when the stack does not have exactly one function with bundled code.
 * @example
 * const { handler } = await import(findFunctionBundle('cdk.out', RELAY_STACK_ID));
 */
function findFunctionBundle(assemblyDirectory: string, stackId: string): string {
  const template = readJson<FunctionTemplate>(join(assemblyDirectory, `${stackId}.template.json`));
  const manifest = readJson<AssetManifest>(join(assemblyDirectory, `${stackId}.assets.json`));
  const functions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  const assetIds = functions.map(({ Properties }) => Properties?.Code?.S3Key?.replace(/\.zip$/, ''));
  const [assetId] = assetIds;
  const path = assetId === undefined ? undefined : manifest.files[assetId]?.source.path;
  if (assetIds.length !== 1 || path === undefined) {
    throw new Error(
      `${assemblyDirectory}: ${stackId} has ${functions.length} functions, expected one with bundled code`,
    );
  }
  return join(assemblyDirectory, path, 'index.mjs');
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

export { findFunctionBundle };
