import { readdirSync } from 'node:fs';

/** `npm run bench -- NAME [options]`: runs `bench/NAME.ts` with the options. */
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
  .map((file) => file.slice(0, -'.ts'.length));
const [name = ''] = process.argv.splice(2, 1);

if (names.includes(name)) {
  await import(`./${name}.ts`);
} else {
  process.stderr.write(`There is no benchmark "${name}". Give one of: ${names.join(', ')}.\n`);
  process.exitCode = 2;
}
