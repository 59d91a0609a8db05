import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Sentences for people: no test can say which words are right. */
const TEXTS = new Set(['name', 'meaning', 'remedy']);

/** Leaves the texts of the catalogue's rows as they are, and mutates everything else of a row. */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'operator-texts', {
    shouldIgnore(path) {
      if (!path.isObjectProperty() || process.env.MUTATION_ROOM !== 'catalogue') return undefined;
      const { key } = path.node;
      return key.type === 'Identifier' && TEXTS.has(key.name) ? 'a text for operators' : undefined;
    },
  }),
];
