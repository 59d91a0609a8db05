import { ACTIVITIES } from './activities.ts';
import { ASSETS } from './assets.ts';
import { BULK } from './bulk.ts';
import { CAMPAIGNS } from './campaigns.ts';
import { IDENTITY } from './identity.ts';
import { LEADS } from './leads.ts';
import { LIMITS } from './limits.ts';
import { LISTS } from './lists.ts';
import { OBJECTS } from './objects.ts';
import { PROGRAMS } from './programs.ts';
import type { Rule, Tag } from './types.ts';
import { WIRE } from './wire.ts';

const AREAS = {
  wire: WIRE,
  limits: LIMITS,
  identity: IDENTITY,
  leads: LEADS,
  lists: LISTS,
  programs: PROGRAMS,
  objects: OBJECTS,
  campaigns: CAMPAIGNS,
  activities: ACTIVITIES,
  assets: ASSETS,
  bulk: BULK,
} as const;

type Area = keyof typeof AREAS;
type RuleId = (typeof AREAS)[Area][number]['id'];

/** Everything that the fake does as Marketo does it, or as it is thought to. */
const RULES: readonly (Rule & { readonly id: RuleId })[] = Object.values(AREAS).flat();

const TAGS: readonly Tag[] = ['recorded', 'documented', 'inferred', 'unknown'];

/** How many rules have each tag. */
function scoreOf(rules: readonly Rule[]): Readonly<Record<Tag, number>> {
  const count = (wanted: Tag): number => rules.filter(({ tag }) => tag === wanted).length;
  return Object.fromEntries(TAGS.map((tag) => [tag, count(tag)])) as Record<Tag, number>;
}

export type { Area, RuleId };
export { AREAS, RULES, scoreOf, TAGS };
