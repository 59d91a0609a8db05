import type { Log } from '../../lib/ports.ts';

const nothing = (): void => undefined;
const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

export { silentLog };
