import { vi } from 'vitest';
import { createInstruments } from '../../../functions/instrument.ts';
import type { DeliveryEvent } from '../../../lib/telemetry/events.ts';
import type { Datapoint } from './evaluate.ts';
import { datapointsOf } from './evaluate.ts';

/** What the delivery function publishes for events, by the instruments that it has and the environment of the template. */
function published(
  environment: Readonly<Record<string, unknown>>,
  events: readonly DeliveryEvent[],
): readonly Datapoint[] {
  const written: string[] = [];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    for (const [name, value] of Object.entries(environment)) {
      if (typeof value === 'string') vi.stubEnv(name, value);
    }
    const { observe, publishMetrics } = createInstruments();
    for (const event of events) observe(event);
    publishMetrics();
  } finally {
    stdout.mockRestore();
    vi.unstubAllEnvs();
  }
  const lines = written
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('{'));
  return datapointsOf(lines.map((line) => JSON.parse(line) as Record<string, unknown>));
}

export { published };
