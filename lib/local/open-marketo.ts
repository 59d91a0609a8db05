import { startFakeMarketo } from '../fake-marketo/server.ts';
import type { LocalRelayOptions } from './relay-options.ts';

type FakeMarketo = Awaited<ReturnType<typeof startFakeMarketo>>;

interface OpenMarketo {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly fake: FakeMarketo | undefined;
}

async function openMarketo(options: LocalRelayOptions, opened: (() => unknown)[]): Promise<OpenMarketo> {
  if (options.marketo !== undefined) {
    const { baseUrl, clientId, clientSecret } = options.marketo;
    return { url: baseUrl, clientId, clientSecret: clientSecret.reveal(), fake: undefined };
  }
  const fake = await startFakeMarketo({
    ...options.fake,
    ...(options.ports?.marketo === undefined ? {} : { port: options.ports.marketo }),
  });
  opened.push(() => fake.stop());
  return { url: fake.url, clientId: fake.clientId, clientSecret: fake.clientSecret, fake };
}

export type { FakeMarketo };
export { openMarketo };
