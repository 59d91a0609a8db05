import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startFakeMarketo } from '../../lib/fake-marketo/server.ts';
import { FAULT_NAMES, FAULTS, kindOf, nameOf, switchOf } from '../../lib/local/serve/fault-names.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/local-relay.md'), 'utf8');

describe('the page about the local relay', () => {
  it('has a row for each fault that can be rehearsed, and no other', () => {
    const [, table = ''] = PAGE.split('<!-- faults -->');
    const rows = [...table.matchAll(/^\| `([a-z-]+)` \| ([^|(]+)/gm)].map(([, name, what]) => [name, what?.trim()]);

    expect(rows).toEqual(Object.entries(FAULTS));
  });

  it('leads to a switch of the fake for each', async () => {
    const fake = await startFakeMarketo();
    const settings = { operation: 'syncLeads', code: '713' };
    for (const name of FAULT_NAMES) {
      // Of the relay itself: test/local/serve/stops.long.test.ts.
      if (name === 'crash') continue;
      const fault = switchOf({ name, on: true, ...(name === 'code' ? settings : {}) });
      if (typeof fault !== 'string') await fake.switches.on(fault);
      expect(fake.switches.active().map(({ kind }) => nameOf(kind))).toEqual([name]);
      await fake.switches.off(kindOf(name));
    }
    await fake.stop();
  });
});
