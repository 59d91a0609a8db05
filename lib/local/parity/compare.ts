import type { Shape } from './shape.ts';

/** Where `theirs` differs from what the fake answered to the same request; empty when it does not. */
function compareShapes(theirs: Shape, fakes: Shape): string[] {
  if (theirs.status !== fakes.status) return [`HTTP ${theirs.status}, the fake: HTTP ${fakes.status}`];
  if (theirs.form !== fakes.form) return [`${described(theirs)}, the fake: ${described(fakes)}`];
  return [
    ...(same(theirs.codes, fakes.codes) ? [] : [`${described(theirs)}, the fake: ${described(fakes)}`]),
    ...compareMembers('reply', theirs.members, fakes.members),
    // Without entries on either side there is nothing to hold the others against.
    ...(theirs.entries.size > 0 && fakes.entries.size > 0
      ? compareMembers('result', theirs.entries, fakes.entries)
      : []),
    ...(same(theirs.outcomes, fakes.outcomes)
      ? []
      : [`records: ${listed(theirs.outcomes)}, the fake: ${listed(fakes.outcomes)}`]),
  ];
}

function compareMembers(
  where: string,
  theirs: ReadonlyMap<string, string>,
  fakes: ReadonlyMap<string, string>,
): string[] {
  const more = [...theirs.keys()].filter((name) => !fakes.has(name) && !(where === 'reply' && isOptional(name)));
  const less = [...fakes.keys()].filter((name) => !theirs.has(name) && !(where === 'reply' && isOptional(name)));
  const other = [...theirs].flatMap(([name, kind]) => {
    const expected = fakes.get(name) ?? kind;
    return kind === expected || kind === 'null' || expected === 'null'
      ? []
      : [`${where}: ${name} is ${kind}, not ${expected}`];
  });
  return [
    ...more.map((name) => `${where}: ${name}, which the fake does not send`),
    ...less.map((name) => `${where}: no ${name}, which the fake sends`),
    ...other,
  ];
}

/** There or not by how much there is to tell, not by how Marketo works. */
function isOptional(name: string): boolean {
  return name === 'nextPageToken' || name === 'moreResult';
}

function described({ form, codes }: Shape): string {
  return form === 'failure' ? `failure ${listed(codes)}` : form;
}

function listed(texts: readonly string[]): string {
  return texts.length === 0 ? 'none' : texts.join(', ');
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}

export { compareShapes };
