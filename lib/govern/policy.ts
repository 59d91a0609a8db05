/** The numbers that governing chooses for itself: nobody sets them, and each has its reason here. */

const MINUTE_MS = 60_000;

/**
 * A line that has been stopped for so long is paused: what waits would only go round as copies, each up to 96 times a
 * day. Sooner would turn passing faults into pauses, which take Lambda about a minute to end.
 */
const PAUSE_AFTER_MS = 10 * MINUTE_MS;

/** After somebody has changed the mapping, a person or a deployment, it is left alone for so long. */
const SETTLED_AFTER_MS = 10 * MINUTE_MS;

/** Enabling a mapping takes about a minute (Lambda: event source mappings): so long before the day begins anew. */
const RESUME_AHEAD_MS = 2 * MINUTE_MS;

/** While messages are taken, the delivery function probes. After so long there was none to probe with. */
const PROBE_AFTER_MS = MINUTE_MS;

/**
 * A mapping that changed within so long of a pause was changed by it: a run ends after a minute, and Lambda takes about
 * as long to act.
 */
const OWN_CHANGE_MS = 5 * MINUTE_MS;

/** The day's usage is asked for so often at least: 48 calls a day, a thousandth of the quota. */
const USAGE_EVERY_MS = 30 * MINUTE_MS;

/** Nothing is changed any more in the last part of a run: a change that is late could undo one of the next run. */
const LAST_MS = 5_000;

export { LAST_MS, OWN_CHANGE_MS, PAUSE_AFTER_MS, PROBE_AFTER_MS, RESUME_AHEAD_MS, SETTLED_AFTER_MS, USAGE_EVERY_MS };
