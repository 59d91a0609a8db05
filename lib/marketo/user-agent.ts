/** That of package.json, which a function's bundle does not have beside it: a test keeps the two alike. */
const VERSION = '0.1.0';

/** By which Marketo's support, and a proxy's log, tell the relay's calls from those of other integrations. */
const USER_AGENT = `marketo-relay/${VERSION}`;

export { USER_AGENT, VERSION };
