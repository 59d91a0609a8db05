import { calls } from './calls/scenario.ts';
import { clients } from './clients/scenario.ts';
import { cold } from './cold/scenario.ts';
import { cost } from './cost/scenario.ts';
import { day } from './day/scenario.ts';
import type { Scenario } from './frame/types.ts';
import { work } from './function-work/scenario.ts';
import { lanes } from './lanes/scenario.ts';
import { latency } from './latency/scenario.ts';
import { rate } from './rate/scenario.ts';

/** In the order of the page. */
const SCENARIOS: readonly Scenario[] = [calls, rate, work, latency, cold, cost, clients, day, lanes];

export { SCENARIOS };
