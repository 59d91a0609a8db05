import { createDeliveryHandler } from '../lib/runtime/delivery.ts';
import { createWatchdog } from '../lib/runtime/watchdog.ts';
import { createInstruments } from './instrument.ts';

const { log, observe, instrument } = createInstruments();
const watchdog = createWatchdog();

// The settings are read here, once: a bad one fails the cold start with a message that names them all.
const deliver = createDeliveryHandler(process.env, { log, observe });

const handler = instrument((...invocation: Parameters<typeof deliver>) =>
  watchdog.during(() => deliver(...invocation)),
);

export { handler };
