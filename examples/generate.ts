/**
 * Writes `messages.ndjson`, the messages that `npm start` publishes. Run it with Node 24: `node examples/generate.ts`.
 * The same seed gives the same file, and a test compares it with the committed one.
 */
import { writeFileSync } from 'node:fs';
import { actionMessages } from './sources/actions.ts';
import { faultyCallMessages } from './sources/faulty-calls.ts';
import { faultyRecordMessages } from './sources/faulty-records.ts';
import { duplicateMessages, invalidMessages } from './sources/invalid.ts';
import { largeMessages } from './sources/large.ts';
import { leadMessages } from './sources/leads.ts';
import { memberMessages } from './sources/members.ts';
import { objectMessages } from './sources/objects.ts';
import { type Line, People } from './sources/people.ts';
import { readMessages } from './sources/reads.ts';

const SEED = 20_260_501;
const FILE = new URL('messages.ndjson', import.meta.url);

/** All messages, mixed: nothing in them needs an order. */
function generateLines(seed: number = SEED): Line[] {
  const people = new People(seed);
  const lines = [
    ...leadMessages(people),
    ...memberMessages(people),
    ...objectMessages(people),
    ...actionMessages(people),
    ...readMessages(),
    ...largeMessages(people),
    ...faultyRecordMessages(people),
    ...faultyCallMessages(people),
    ...invalidMessages(people),
    ...duplicateMessages(people),
  ];
  const order = lines.map((line) => ({ line, rank: people.random() }));
  return order.sort((one, other) => one.rank - other.rank).map(({ line }) => line);
}

function toNdjson(lines: readonly Line[]): string {
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

if (import.meta.main) writeFileSync(FILE, toNdjson(generateLines()));

export { generateLines, toNdjson };
