import { createDeliveryHandler } from '../lib/runtime/delivery.ts';
import { createInstruments } from './instrument.ts';

const { log, observe, instrument } = createInstruments();

// The settings are read here, once: a bad one fails the cold start with a message that names them all.
const handler = instrument(createDeliveryHandler(process.env, { log, observe }));

export { handler };
