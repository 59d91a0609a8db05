import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { BuildOptions } from 'esbuild';

const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Some packages that an AWS function needs are CommonJS and call `require('node:https')` and the like, which an ES
 * module does not have: without these lines the bundle fails at import, and only there.
 */
const REQUIRE_BANNER = [
  "import { createRequire as createRequireOfBundle } from 'node:module';",
  'const require = createRequireOfBundle(import.meta.url);',
].join('');

/**
 * A fixed place for esbuild to count its relative paths from. Nothing is written there: the same source gives the
 * same bytes, and so the same asset, wherever the assembly goes.
 */
const VIRTUAL_OUTPUT = join(PROJECT_ROOT, 'cdk.out', 'bundle');

const BUILD_OPTIONS = {
  absWorkingDir: PROJECT_ROOT,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // The default, `main` first, takes the SDK's CommonJS builds: 1.6 times the size and slower to import.
  mainFields: ['module', 'main'],
  banner: { js: REQUIRE_BANNER },
  minify: true,
  // Lines and names in stack traces, without a second copy of the source.
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  // What is imported when it is needed (S3's client, EventBridge's, the reader of files) has files of its own, which a cold start
  // neither reads nor compiles.
  splitting: true,
  chunkNames: 'part-[hash]',
  outExtension: { '.js': '.mjs' },
  outdir: VIRTUAL_OUTPUT,
  write: false,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/**
 * Where the package has its functions, bundled when it was built: beside the folder of its own modules. In the repository
 * there is nothing at this place, and a function is built anew at each synthesis.
 */
const PREBUILT = fileURLToPath(new URL('../functions/', import.meta.url));

/**
 * The code of a function of the relay. Whoever has the package needs no esbuild, and no Node that runs TypeScript.
 *
 * @param fileName in `functions/`, such as `deliver.ts`.
 */
function functionCode(fileName: string): Code {
  const prebuilt = join(PREBUILT, basename(fileName, '.ts'));
  const isPackage = existsSync(join(prebuilt, 'index.mjs'));
  return isPackage ? Code.fromAsset(prebuilt) : bundledCode(join(PROJECT_ROOT, 'functions', fileName));
}

/**
 * A function's code: an ES module, `index.mjs`, with everything it imports (the SDK too, so that what was tested is
 * what runs), the parts that it loads when they are needed, and their source maps. Built by esbuild in this process; needs no
 * Docker and no network.
 *
 * @param entryFile absolute path of the file that exports `handler`.
 */
function bundledCode(entryFile: string): Code {
  return Code.fromAsset(dirname(entryFile), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Required by the type, never used: the local bundler below either builds or throws.
      image: DockerImage.fromRegistry('none'),
      // CDK takes two bundlings for one that have the same folder and options, and does not look at functions: without a
      // word that differs, all functions of the folder would get the code of the first.
      command: [basename(entryFile)],
      local: {
        tryBundle(outputDirectory: string): boolean {
          bundleInto(entryFile, outputDirectory);
          return true;
        },
      },
    },
  });
}

/** @returns every file that went into the bundle, from the root of the project. */
function bundleInto(entryFile: string, outputDirectory: string): readonly string[] {
  // Loaded here, so that an app whose stacks are not bundled (in tests, or `cdk list`) needs no esbuild.
  const { buildSync, formatMessagesSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  // Throws with every error in its message; warnings are only told.
  const { outputFiles, warnings, metafile } = buildSync({
    ...BUILD_OPTIONS,
    entryPoints: [{ in: relative(PROJECT_ROOT, entryFile), out: 'index' }],
    metafile: true,
  });
  for (const text of formatMessagesSync(warnings, { kind: 'warning' })) process.stderr.write(text);
  for (const file of outputFiles) writeFileSync(join(outputDirectory, basename(file.path)), file.contents);
  return Object.keys(metafile.inputs);
}

export { bundledCode, bundleInto, functionCode, PROJECT_ROOT };
