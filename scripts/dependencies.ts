import { isBuiltin } from 'node:module';
import type { Metafile } from 'esbuild';

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The packages that built modules import and package.json does not bring along. */
function undeclaredImports(
  metafiles: readonly Pick<Metafile, 'outputs'>[],
  { dependencies = {}, peerDependencies = {} }: PackageJson,
): readonly string[] {
  const imports = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap((output) => output.imports.filter(({ external }) => external).map(({ path }) => packageOf(path)));
  const declared = (name: string): boolean =>
    isBuiltin(name) || Object.hasOwn(dependencies, name) || Object.hasOwn(peerDependencies, name);
  return [...new Set(imports)].filter((name) => !declared(name)).sort();
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  if (isBuiltin(specifier)) return specifier;
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

export { undeclaredImports };
