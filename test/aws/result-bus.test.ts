import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, describe, expect, it } from 'vitest';
import { createResultBus } from '../../lib/aws/result-bus.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';

interface PutEvents {
  readonly Entries: readonly { readonly Detail: string; readonly Source: string; readonly EventBusName: string }[];
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** EventBridge on the wire (AWS JSON 1.1), as far as `PutEvents` goes. */
async function startBus(refuses: (detail: string) => boolean, status = 200) {
  const requests: PutEvents[] = [];
  const server = createServer((request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = JSON.parse(Buffer.concat(chunks).toString()) as PutEvents;
      requests.push(asked);
      const Entries = asked.Entries.map(({ Detail }, index) =>
        refuses(Detail) ? { ErrorCode: 'InternalFailure', ErrorMessage: 'no' } : { EventId: `e-${index}` },
      );
      reply.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      reply.end(
        JSON.stringify(status === 200 ? { Entries, FailedEntryCount: 0 } : { __type: 'AccessDeniedException' }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new EventBridgeClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  closers.push(
    () => client.destroy(),
    () => server.close(),
  );
  return { bus: createResultBus({ client: async () => client, busName: 'results', log: silentLog }), requests };
}

const bodyOf = (text: string) =>
  ({ text, facts: { relayId: text, operation: 'syncLeads', status: 'delivered' } }) as const;

describe('results on an event bus', () => {
  it('are events with source and detail type, ten in a request and 256 KB', async () => {
    const { bus, requests } = await startBus(() => false);
    const small = Array.from({ length: 12 }, (_, index) => bodyOf(JSON.stringify({ index })));
    const large = ['a', 'b', 'c'].map((letter) => bodyOf(JSON.stringify({ text: letter.repeat(120_000) })));

    const outcomes = await bus.send([...small, ...large]);

    expect(outcomes).toEqual(Array(15).fill({ accepted: true }));
    expect(requests.map(({ Entries }) => Entries.length)).toEqual([10, 4, 1]);
    expect(requests[0]?.Entries[0]).toEqual({
      Detail: '{"index":0}',
      DetailType: 'Marketo Relay Result',
      EventBusName: 'results',
      Source: 'marketo-relay',
    });
  });

  it('are refused one by one', async () => {
    const { bus } = await startBus((detail) => detail.includes('bad'));

    expect(await bus.send([bodyOf('{"x":"bad"}'), bodyOf('{"x":"good"}')])).toEqual([
      { accepted: false, error: 'InternalFailure: no' },
      { accepted: true },
    ]);
  });

  it('are all refused where the bus lets nobody in, without an error that is thrown', async () => {
    const { bus } = await startBus(() => false, 400);

    expect(await bus.send([bodyOf('{}')])).toEqual([
      { accepted: false, error: expect.stringContaining('AccessDenied') },
    ]);
  });
});
