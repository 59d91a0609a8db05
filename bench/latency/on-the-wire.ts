import { startLocalRelay } from '../../lib/local/relay.ts';

interface GatherSettings {
  readonly gatherSeconds: number;
  readonly gatherMessages: number;
}

/**
 * From the publisher's request to the moment at which the call is sent, message by message, in milliseconds: the relay on this
 * machine, over real sockets, with the project's own model of Lambda's event source mapping. A first message, for which copy,
 * token and ledger are new, is left out.
 */
async function timesOnTheWire({ gatherSeconds, gatherMessages }: GatherSettings, messages: number): Promise<number[]> {
  let sent: (atMs: number) => void = () => {};
  const relay = await startLocalRelay({
    batchSize: gatherMessages,
    batchWindowSeconds: gatherSeconds,
    observe: (event) => {
      if (event.kind === 'call') sent(performance.now() - event.durationMs);
    },
  });
  try {
    const took: number[] = [];
    for (let index = 0; index <= messages; index++) {
      const call = new Promise<number>((resolve) => {
        sent = resolve;
      });
      const publishedMs = performance.now();
      await relay.publish([bodyOf(index)]);
      took.push((await call) - publishedMs);
      while (!(await relay.drained())) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return took.slice(1);
  } finally {
    await relay.stop();
  }
}

function bodyOf(index: number): string {
  return JSON.stringify({ path: '/rest/v1/leads.json', body: { input: [{ email: `person-${index}@example.com` }] } });
}

export type { GatherSettings };
export { timesOnTheWire };
