import { describe, expect, it } from 'vitest';
import { contextNames } from '../../lib/cloud/context.ts';
import { RELAY_NUMBERS } from '../../lib/cloud/relay-numbers.ts';
import { resolveProps } from '../../lib/cloud/resolve-props.ts';
import { SETTING_NAMES } from '../../lib/settings/names.ts';
import { readDoc, tableRows } from './source.ts';

const page = readDoc('docs/settings.md');

const rows = tableRows(page, 'settings').map(([name = '', ...others]) => {
  const [byDefault = '', environment = '', range = ''] = others.map((cell) => cell.replaceAll('`', ''));
  return { name: name.replaceAll('`', ''), byDefault, environment, range };
});

/** Props that the interfaces of the construct declare. */
const declared = ['relay-props', 'limit-props', 'network'].flatMap((file) =>
  [...readDoc(`lib/cloud/${file}.ts`).matchAll(/^ {2}readonly (\w+)\??: /gm)].map(([, name = '']) => name),
);

/** Every default, as a text. */
const defaults = Object.entries(resolveProps({ marketoBaseUrl: 'https://123-ABC-456.mktorest.com' })).map(
  ([name, value]): [string, string] => [name, Array.isArray(value) ? value.join() : String(value)],
);

describe('the page of settings', () => {
  it('has a row for every context value, and no other', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual(contextNames().toSorted());
  });

  it('has every prop of the construct, as a value or as an object', () => {
    const objects = tableRows(page, 'objects').map(([name = '']) => name.replaceAll('`', ''));
    const listed = [...rows.map(({ name }) => name), ...objects];
    expect(declared.length).toBeGreaterThan(25);
    expect(declared.filter((name) => !listed.includes(name))).toEqual([]);
    expect(objects.filter((name) => !declared.includes(name))).toEqual([]);
  });

  it.each(Object.entries(RELAY_NUMBERS))('has default and bounds of %s', (name, bounds) => {
    const row = rows.find((one) => one.name === name);
    expect(row).toMatchObject({ byDefault: String(bounds.default), range: `${bounds.min} to ${bounds.max}` });
  });

  it.each(defaults.filter(([name]) => rows.some((row) => row.name === name && row.byDefault !== '')))(
    'has the default of %s, which is %s',
    (name, value) => {
      const written: Record<string, string> = { removalPolicy: 'retain' };
      expect(rows.find((row) => row.name === name)?.byDefault).toBe(written[name] ?? value);
    },
  );

  it('has the variable of each that the functions read, and names those of the stack', () => {
    const variables: Readonly<Record<string, string>> = SETTING_NAMES;
    expect(rows.filter(({ name, environment }) => environment !== (variables[name] ?? ''))).toEqual([]);
    expect(Object.values(variables).filter((variable) => !page.includes(`\`${variable}\``))).toEqual([]);
  });
});

describe("the README's table of settings", () => {
  const shown = tableRows(readDoc('README.md'), 'settings').map((cells) =>
    cells.map((cell) => cell.replaceAll('`', '')),
  );

  it('is short, and names settings that there are', () => {
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.length).toBeLessThan(20);
    expect(shown.flatMap(([names = '']) => names.split(', ')).filter((name) => !contextNames().includes(name))).toEqual(
      [],
    );
  });

  it('has their defaults as this page has them', () => {
    for (const [names = '', given = ''] of shown) {
      const values = given
        .replace(/ in (\d+) s$/, ', $1')
        .replace(/ days$/, '')
        .split(', ');
      for (const [index, name] of names.split(', ').entries()) {
        const { byDefault } = rows.find((row) => row.name === name) ?? { byDefault: 'no such row' };
        expect([byDefault === '' ? 'none' : byDefault], name).toContain(values[index] ?? 'none');
      }
    }
  });
});
