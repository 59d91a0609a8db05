import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundleInto } from '../../lib/cloud/bundle.ts';

/** What a bundle took: processor time, and time on the wall. */
interface Elapsed {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** What a start took, and how many messages it did not settle. */
interface Start {
  readonly imported: Elapsed;
  readonly first: Elapsed;
  readonly failed: number;
}

interface Bundle {
  readonly name: 'relay' | 'bare';
  readonly file: string;
  /** Of what the start loads. */
  readonly bytes: number;
  readonly gzipBytes: number;
  /** With the parts that are loaded when they are needed. */
  readonly allBytes: number;
  readonly starts: Start[];
}

/** Bundles an entry as the functions of the stack are bundled. */
function bundle(name: Bundle['name'], entry: string, folder: string): Bundle {
  const output = mkdtempSync(join(folder, name));
  bundleInto(entry, output);
  const textOf = (file: string): Buffer => readFileSync(join(output, file));
  const loaded = loadedAtStart('index.mjs', textOf).map(textOf);
  const all = readdirSync(output).filter((file) => file.endsWith('.mjs'));
  return {
    name,
    file: join(output, 'index.mjs'),
    bytes: bytesOf(loaded),
    gzipBytes: bytesOf(loaded.map((text) => gzipSync(text))),
    allBytes: bytesOf(all.map(textOf)),
    starts: [],
  };
}

/** A file and all that it imports, but for what it imports when it is needed: that is written `import("...")`. */
function loadedAtStart(entry: string, textOf: (file: string) => Buffer): readonly string[] {
  const files = new Set([entry]);
  // A set gives what is added while it is walked.
  for (const file of files) {
    for (const [, imported] of textOf(file)
      .toString()
      .matchAll(/\b(?:from|import)\s*"\.\/(part-\w+\.mjs)"/g)) {
      if (imported !== undefined) files.add(imported);
    }
  }
  return [...files];
}

function bytesOf(texts: readonly Buffer[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}

export type { Bundle, Start };
export { bundle };
