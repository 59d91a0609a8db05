/**
 * Writes `message.schema.json`, the JSON Schema of a message. Run it with Node 24 when the schema of intake has changed:
 * `npm run generate`. A test compares the two.
 */
import { writeFileSync } from 'node:fs';
import { messageJsonSchema } from '../lib/message/message-json-schema.ts';

const FILE = new URL('../message.schema.json', import.meta.url);

function messageSchemaText(): string {
  return `${JSON.stringify(messageJsonSchema(), undefined, 2)}\n`;
}

if (import.meta.main) writeFileSync(FILE, messageSchemaText());

export { messageSchemaText };
