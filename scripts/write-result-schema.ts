/**
 * Writes `result.schema.json`, the JSON Schema of a result. Run it with Node 24 when `lib/results` has changed:
 * `npm run generate`. A test compares the two.
 */
import { writeFileSync } from 'node:fs';
import { resultJsonSchema } from '../lib/results/result-schema.ts';

const FILE = new URL('../result.schema.json', import.meta.url);

function resultSchemaText(): string {
  return `${JSON.stringify(resultJsonSchema(), undefined, 2)}\n`;
}

if (import.meta.main) writeFileSync(FILE, resultSchemaText());

export { resultSchemaText };
