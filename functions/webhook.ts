import { createWebhookHandler } from '../lib/runtime/webhook.ts';
import { createInstruments } from './instrument.ts';

const { log, instrument } = createInstruments();

const handler = instrument(createWebhookHandler(process.env, { log }));

export { handler };
