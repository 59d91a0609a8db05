import { MAPPING_ID_NAME, SETTING_NAMES } from '../settings/names.ts';
import { shown } from '../settings/parse.ts';

/** What every function has from the relay, beside its settings: for the runtime, and for Powertools. */
const OWN_NAMES: ReadonlySet<string> = new Set([...Object.values(SETTING_NAMES), MAPPING_ID_NAME, 'NODE_OPTIONS']);
const OWN_PREFIX = /^POWERTOOLS_/;

/** What is wrong with variables that were given for the delivery function. Those that Lambda reserves CDK refuses itself. */
function environmentProblems(environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(environment).flatMap((name) => {
    if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(name)) {
      return [`environment has the name ${shown(name, 60)}: give a letter followed by letters, digits and "_"`];
    }
    const isOwn = OWN_NAMES.has(name) || OWN_PREFIX.test(name);
    return isOwn
      ? [`environment has ${name}, which the relay sets itself: give the prop that it belongs to instead`]
      : [];
  });
}

export { environmentProblems };
