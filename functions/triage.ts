import { createTriageHandler } from '../lib/runtime/triage.ts';
import { createInstruments } from './instrument.ts';

const { log, instrument } = createInstruments();

const handler = instrument(createTriageHandler(process.env, { log }));

export { handler };
