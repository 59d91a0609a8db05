/**
 * Writes `lib/publisher/operations.ts`, the endpoint table as a publisher's types need it. Run it with Node 24 when the
 * table has changed: `npm run generate`. A test compares the two.
 */
import { writeFileSync } from 'node:fs';
import { takesFile } from '../lib/marketo/endpoints/bulk.ts';
import { ENDPOINTS } from '../lib/marketo/endpoints/endpoints.ts';

const FILE = new URL('../lib/publisher/operations.ts', import.meta.url);

const HEAD = `// biome-ignore-all format: written by scripts/write-operations.ts, one operation a line

/** How each operation of the endpoint table is asked for: method, path, and the form in which its parameters travel. */
const OPERATIONS = {
`;

const TAIL = `} as const;

type Operations = typeof OPERATIONS;
type Operation = keyof Operations;

export type { Operation, Operations };
export { OPERATIONS };
`;

/** Without uploads of assets, which the relay does not take. */
function operationsModule(): string {
  const rows = ENDPOINTS.filter((endpoint) => endpoint.bodyForm !== 'multipart' || takesFile(endpoint)).map(
    ({ operation, method, path, bodyForm }) => `  ${operation}: ['${method}', '${path}', '${bodyForm}'],\n`,
  );
  return `${HEAD}${rows.sort().join('')}${TAIL}`;
}

if (import.meta.main) writeFileSync(FILE, operationsModule());

export { operationsModule };
