// One published client and one task, in a process of its own: it may leave connections, timers and endless loops behind.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../package.json', import.meta.url));

/** Each gives a function that upserts one lead, as its README says, and settles when the client does. */
const CLIENTS = {
  'node-marketo-rest': ({ url, clientId, clientSecret }) => {
    const Marketo = require('node-marketo-rest');
    const marketo = new Marketo({ endpoint: `${url}/rest`, identity: `${url}/identity`, clientId, clientSecret });
    return (lead) => marketo.lead.createOrUpdate([lead], { lookupField: 'email' });
  },
  'marketo-rest-api': async ({ url, clientId, clientSecret }) => {
    const marketo = require('marketo-rest-api');
    const options = { clientId, clientSecret, restEndpoint: `${url}/`, lists: {}, campaigns: {} };
    await new Promise((resolve) => marketo.init(options, resolve));
    return (lead) =>
      new Promise((resolve, reject) => {
        const told = (reply) => (reply.success ? resolve(reply) : reject(new Error('refused')));
        marketo.syncLead({ process: 'add', list: '', email: lead.email, input: lead }, told);
      });
  },
  'node-marketo-rest-api': async ({ url, clientId, clientSecret }) => {
    const { default: MarketoApi } = require('node-marketo-rest-api');
    const marketo = new MarketoApi(`${url}/identity`, `${url}/rest`, clientId, clientSecret);
    // It has no word for when its token is there.
    await new Promise((resolve) => setTimeout(resolve, 500));
    return (lead) =>
      marketo.post('v1/leads.json', {}, { action: 'createOrUpdate', lookupField: 'email', input: [lead] });
  },
};

process.once('message', async ({ client, access, leads, atOnce }) => {
  let told = 0;
  let failed = 0;
  try {
    const upsert = await CLIENTS[client](access);
    const one = (lead) =>
      Promise.resolve(upsert(lead)).then(
        () => (told += 1),
        () => (failed += 1),
      );
    if (atOnce) await Promise.all(leads.map(one));
    else for (const lead of leads) await one(lead);
    process.send({ told, failed });
  } catch (error) {
    process.send({ told, failed, broken: String(error?.message ?? error) });
  }
});
process.on('uncaughtException', (error) => process.send({ told: 0, failed: 0, broken: String(error.message) }));
