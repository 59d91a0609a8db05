import { describe, expect, it } from 'vitest';
import { createBusyKeyWaits } from '../../../lib/delivery/call/busy-key-waits.ts';
import { toCall } from '../../../lib/delivery/plan/bisect.ts';
import { toWorkItems } from '../../../lib/delivery/work-item.ts';
import { validMessage } from '../intake/fixtures.ts';

const NOW_MS = 1_000_000;
const call = toCall(
  toWorkItems(validMessage({ path: '/rest/v1/leads.json', body: { input: [{ email: 'a@x.test' }] } })),
);

describe('a call whose keys are in flight elsewhere', () => {
  it('may ask at once when it was never refused', () => {
    expect(createBusyKeyWaits().waitMs(call, NOW_MS)).toBe(0);
  });

  it('waits as long as the ledger says, then half as long again each time, up to two seconds', () => {
    const waits = createBusyKeyWaits();
    const waitsMs = [800, 800, 100, 100, 3_000].map((ledgerWaitMs) => {
      waits.refused(call, ledgerWaitMs, NOW_MS);
      return waits.waitMs(call, NOW_MS);
    });
    expect(waitsMs).toEqual([800, 1_200, 1_800, 2_000, 2_000]);
  });

  it('waits less as time passes', () => {
    const waits = createBusyKeyWaits();
    waits.refused(call, 800, NOW_MS);
    expect([300, 800, 900].map((ms) => waits.waitMs(call, NOW_MS + ms))).toEqual([500, 0, 0]);
  });

  it('waits half a second where it is indivisible and some of its keys are free', () => {
    const waits = createBusyKeyWaits();
    waits.indivisible(call, NOW_MS);
    expect(waits.waitMs(call, NOW_MS)).toBe(500);
  });
});
