import { BUGS_OF_FIELDS } from './plants/of-fields.ts';
import { BUGS_OF_FILES } from './plants/of-files.ts';
import { BUGS_OF_FLOW } from './plants/of-flow.ts';
import { BUGS_OF_ISOLATION } from './plants/of-isolation.ts';
import { BUGS_OF_LANES } from './plants/of-lanes.ts';
import { BUGS_OF_LIMITS } from './plants/of-limits.ts';
import { BUGS_OF_ORDER } from './plants/of-order.ts';
import { BUGS_OF_RECORDS } from './plants/of-records.ts';
import { BUGS_OF_RESULTS } from './plants/of-results.ts';
import type { PlantedBug } from './plants/planted-bug.ts';

/** Bugs that somebody could write any day: at least one for each check, and each must be found. */
const PLANTED_BUGS: readonly PlantedBug[] = [
  ...BUGS_OF_RECORDS,
  ...BUGS_OF_FIELDS,
  ...BUGS_OF_ISOLATION,
  ...BUGS_OF_LIMITS,
  ...BUGS_OF_ORDER,
  ...BUGS_OF_FLOW,
  ...BUGS_OF_RESULTS,
  ...BUGS_OF_FILES,
  ...BUGS_OF_LANES,
];

export type { PlantedBug };
export { PLANTED_BUGS };
