import { createGovernHandler } from '../lib/runtime/govern.ts';
import { createInstruments } from './instrument.ts';

const { log, observe, instrument } = createInstruments();

// The settings are read here, once: a bad one fails the cold start with a message that names them all.
const handler = instrument(createGovernHandler(process.env, { log, observe }));

export { handler };
