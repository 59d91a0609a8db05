import { describe, expect, it } from 'vitest';
import { createDeadline } from '../../../lib/delivery/call/call-timeout.ts';
import { createHealth } from '../../../lib/delivery/call/health.ts';
import { createPermitReleases } from '../../../lib/delivery/call/permit-releases.ts';
import type { DeliveryDeps } from '../../../lib/delivery/deps.ts';
import type { PermitAnswer } from '../../../lib/ledger/ledger.ts';
import type { HttpReply } from '../../../lib/marketo/http.ts';
import { Secret } from '../../../lib/marketo/secret.ts';
import { silentLog } from '../../../lib/simulation/silent-log.ts';
import { VirtualTime } from '../../../lib/simulation/virtual-time.ts';

const NOW_MS = Date.parse('2027-03-01T12:00:00Z');
const HELD_MS = 110_000;

/** A ledger whose last place is held by a call that got no reply, until Marketo has given it up. */
function held(functionLeftMs: number) {
  const time = new VirtualTime(NOW_MS);
  const clock = time.clock();
  const sent: number[] = [];
  const reply: HttpReply = {
    kind: 'reply',
    status: 200,
    headers: {},
    body: '{"requestId":"a#1","success":true,"result":[]}',
    complete: true,
  };
  const token = { kind: 'token', token: new Secret('token-1') } as const;
  const deps = {
    baseUrl: 'https://123-abc-456.mktorest.com',
    clock,
    log: silentLog,
    tokens: { current: async () => token, replace: async () => token },
    transport: async () => {
      sent.push(clock.nowMs() - NOW_MS);
      return reply;
    },
    ledger: {
      acquire: async (): Promise<readonly PermitAnswer[]> => {
        const nowMs = clock.nowMs();
        const waitMs = NOW_MS + HELD_MS - nowMs;
        if (waitMs > 0) return [{ kind: 'refused', reason: 'window', waitMs }];
        return [{ kind: 'granted', permit: { id: 'w-1', notBeforeMs: nowMs, sendByMs: nowMs + 5_000 }, busyKeys: [] }];
      },
      release: async () => {},
      evidence: async () => ({}),
    },
  } as unknown as DeliveryDeps;
  const health = createHealth(deps, createPermitReleases(deps), createDeadline(clock, NOW_MS + functionLeftMs));
  return { time, health, sent };
}

describe('whether Marketo works, when calls without a reply have all places', () => {
  it('is found out once one of them is given up', async () => {
    const { time, health, sent } = held(420_000);

    expect(await time.finish(health.worksAbout(NOW_MS))).toBe(true);
    expect(sent).toEqual([HELD_MS]);
  });

  it('keeps nobody waiting who asks for a circuit', async () => {
    const { time, health, sent } = held(420_000);
    const counted = health.worksAbout(NOW_MS);
    await time.finish(time.sleep(1_000));

    await time.finish(health.check());
    expect([time.nowMs - NOW_MS, sent]).toEqual([1_000, []]);
    expect(await time.finish(counted)).toBe(true);
  });

  it('is not known where the function ends before', async () => {
    const { time, health, sent } = held(60_000);

    expect(await time.finish(health.worksAbout(NOW_MS))).toBe(false);
    expect(sent).toEqual([]);
  });
});
