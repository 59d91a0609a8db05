import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFunction, findFunctionBundle } from '../../lib/cloud/assembly.ts';
import { bundledCode } from '../../lib/cloud/bundle.ts';
import { SETTING_NAMES } from '../../lib/settings/names.ts';

const FIXTURE = fileURLToPath(new URL('fixtures/handler.ts', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'bundle-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function synthesizeInto(directory: string, entryFile: string): string {
  const app = new App({ outdir: join(scratch, directory) });
  const stack = new Stack(app, 'Bundled');
  new LambdaFunction(stack, 'Function', {
    code: bundledCode(entryFile),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
  app.synth();
  return app.outdir;
}

/** Runs a bundle as Lambda does: Node itself loads it, away from any node_modules. */
function runBundle(bundle: string, event: unknown): string {
  const script = `
    const { handler } = await import(${JSON.stringify(pathToFileURL(bundle).href)});
    const result = await handler(${JSON.stringify(event)}).catch((error) => error.stack);
    console.log(JSON.stringify(result));`;
  const node = ['--enable-source-maps', '--input-type=module', '-e', script];
  return execFileSync(process.execPath, node, { cwd: scratch, encoding: 'utf8' });
}

describe('a bundle', () => {
  let bundle = '';
  beforeAll(() => {
    bundle = findFunctionBundle(synthesizeInto('first', FIXTURE), 'Bundled', 'Function');
  });

  it('is one module that Node loads, the SDK included', () => {
    const stdout = runBundle(bundle, {});
    expect(JSON.parse(stdout)).toEqual({ region: 'eu-west-1', settings: Object.keys(SETTING_NAMES).length });
  });

  it('names source files and lines in stack traces', () => {
    const stdout = runBundle(bundle, { fail: true });
    expect(stdout).toMatch(/test\/cloud\/fixtures\/handler\.ts:6:/);
  });

  it('holds no copy of the source and no path of this machine', () => {
    const map = readFileSync(`${bundle}.map`, 'utf8');
    expect(JSON.parse(map)).not.toHaveProperty('sourcesContent');
    expect(map).not.toContain(fileURLToPath(new URL('../..', import.meta.url)));
  });

  it('is the same wherever it is written', () => {
    const again = findFunctionBundle(synthesizeInto('deep/down/second', FIXTURE), 'Bundled', 'Function');
    expect(readFileSync(again)).toEqual(readFileSync(bundle));
    expect(readFileSync(`${again}.map`)).toEqual(readFileSync(`${bundle}.map`));
    expect(assetName(again)).toBe(assetName(bundle));
  });

  it('fails the synthesis when the entry cannot be built', () => {
    const broken = join(scratch, 'broken.ts');
    writeFileSync(broken, "import './nowhere.ts';");
    expect(() => synthesizeInto('third', broken)).toThrow(/Could not resolve "\.\/nowhere\.ts"/);
  });
});

describe('finding a function', () => {
  function synthesizeStack(directory: string, build: (stack: Stack) => void): string {
    const app = new App({ outdir: join(scratch, directory) });
    build(new Stack(app, 'Several'));
    app.synth();
    return app.outdir;
  }
  const functionIn = (scope: Construct, id: string, code: Code, environment: Record<string, string> = {}) =>
    new LambdaFunction(scope, id, { code, environment, handler: 'index.handler', runtime: Runtime.NODEJS_24_X });

  it('takes the one that is asked for, whatever others the stack has', () => {
    const other = join(scratch, 'other.ts');
    writeFileSync(other, 'export const handler = async () => "other";');
    const assembly = synthesizeStack('several', (stack) => {
      const relay = new Construct(stack, 'Relay');
      functionIn(relay, 'Govern', bundledCode(other), { NAME: 'govern' });
      functionIn(relay, 'Delivery', bundledCode(FIXTURE), { NAME: 'delivery' });
      functionIn(relay, 'Inline', Code.fromInline('exports.handler = async () => {};'));
    });
    const delivery = findFunction(assembly, 'Several', 'Delivery');
    expect(JSON.parse(runBundle(delivery.bundle, {}))).toMatchObject({ region: 'eu-west-1' });
    expect(delivery.environment).toEqual({ NAME: 'delivery' });
    expect(JSON.parse(runBundle(findFunctionBundle(assembly, 'Several', 'Govern'), {}))).toBe('other');
    expect(() => findFunction(assembly, 'Several', 'Inline')).toThrow('Several/Inline has no bundled code');
    expect(() => findFunction(assembly, 'Several', 'Triage')).toThrow(
      'Several has 0 functions "Triage", expected one; its functions: Relay/Govern, Relay/Delivery, Relay/Inline',
    );
  });

  it('has code of its own, where several come from one folder', () => {
    const [one, two] = ['one', 'two'].map((name) => {
      const entry = join(scratch, `${name}.ts`);
      writeFileSync(entry, `export const handler = async () => '${name}';`);
      return entry;
    });
    const assembly = synthesizeStack('neighbours', (stack) => {
      functionIn(stack, 'One', bundledCode(one ?? ''));
      functionIn(stack, 'Two', bundledCode(two ?? ''));
    });
    for (const [id, name] of [
      ['One', 'one'],
      ['Two', 'two'],
    ] as const) {
      expect(JSON.parse(runBundle(findFunctionBundle(assembly, 'Several', id), {}))).toBe(name);
    }
  });

  it('does not guess between two of one name', () => {
    const assembly = synthesizeStack('twins', (stack) => {
      for (const relay of ['Europe', 'America']) {
        functionIn(new Construct(stack, relay), 'Delivery', bundledCode(FIXTURE));
      }
    });
    expect(() => findFunction(assembly, 'Several', 'Delivery')).toThrow('has 2 functions "Delivery", expected one');
  });

  it('says so when the stack has no function', () => {
    const assembly = synthesizeStack('empty', (stack) => new Topic(stack, 'Topic'));
    expect(() => findFunction(assembly, 'Several', 'Delivery')).toThrow(/has 0 functions .* its functions: none/);
  });
});

function assetName(bundle: string): string | undefined {
  return bundle.split('/').at(-2);
}
