import { readSettings, SettingsError } from '../../settings/settings.ts';
import { type Finding, type Known, ok, wrong } from './finding.ts';

/** As the delivery function reads them at its start: one bad setting, and no run begins. */
function checkSettings(settings: Known<Readonly<Record<string, string>>>): readonly Finding[] {
  if (!settings.ok) return [settings.finding];
  try {
    readSettings(settings.value);
    return [ok('the delivery function can read all of them')];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(({ name, problem }) =>
      wrong(
        `${name} ${problem}`,
        'deploy with a setting that can be used: no run of the function begins with this one',
      ),
    );
  }
}

export { checkSettings };
