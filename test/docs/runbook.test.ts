import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alarmsOf } from '../cloud/alarms/evaluate.ts';
import { synthesizeRelay } from '../cloud/synth.ts';

/** Of no alarm: `test/end-to-end/incident.long.test.ts` replays it. */
const PRACTICE = 'An incident, to practise';
const runbook = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
const alarms = alarmsOf(synthesizeRelay({ results: 'queue', backfill: true }).template);
const sections = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((section): [string, string] => [section.slice(0, section.indexOf('\n')), section])
    .filter(([name]) => name !== PRACTICE),
);

describe('the runbook', () => {
  it('has a section for each alarm, and none for any other', () => {
    expect([...sections.keys()].toSorted()).toEqual(Object.keys(alarms).toSorted());
  });

  it.each([...sections])('says of %s what it means, where to look and how to mend it', (_, section) => {
    for (const part of ['It means', 'Look here', 'Mend it so']) expect(section).toContain(`**${part}:**`);
  });

  it.each(Object.entries(alarms))('is where the text of %s leads', (name, { AlarmDescription }) => {
    expect(AlarmDescription).toMatch(new RegExp(` Runbook: docs/runbook\\.md#${name.toLowerCase()}$`));
    expect(AlarmDescription).toMatch(/^\[(page|warn)\] /);
  });
});
