import type { FaultRule } from '../../lib/fake-marketo/faults.ts';
import type { JsonObject } from '../../lib/marketo/request.ts';

/** A single-lead message, and whether Marketo can take it. */
interface Publication {
  readonly email: string;
  readonly body: string;
  /** One of the six kinds of bad record; undefined for a good one. */
  readonly kind: BadKind | undefined;
}

/** Bad records, by the level at which Marketo reports them. */
const BAD_KINDS = {
  unknownField: { level: 'record', code: '1006' },
  wrongType: { level: 'record', code: '1001' },
  companyField: { level: 'record', code: '1021' },
  invalidJson: { level: 'response', code: '609' },
  blankField: { level: 'response', code: '701' },
  invalidData: { level: 'response', code: '1003' },
} as const;

type BadKind = keyof typeof BAD_KINDS;

const NAMES = Object.keys(BAD_KINDS) as readonly BadKind[];
const BAD_IN_A_THOUSAND = 5;

/** What makes the fake fail a whole call: a text in one of its records. */
const poison = (kind: BadKind): string => `poison-${kind}`;

function recordOf(email: string, kind: BadKind | undefined): JsonObject {
  const person = { email, firstName: 'Ann', lastName: 'Example' };
  switch (kind) {
    case undefined:
      return person;
    case 'unknownField':
      return { ...person, noSuchField: 'x' };
    case 'wrongType':
      return { ...person, leadScore: 'a lot' };
    case 'companyField':
      return { ...person, industry: 'Examples' };
    case 'invalidJson':
    case 'blankField':
    case 'invalidData':
      return { ...person, lastName: poison(kind) };
  }
}

/** Every two hundredth message is bad on average, at random places, each kind as often as the others. */
function publications(count: number, random: () => number): readonly Publication[] {
  const bad = new Map<number, BadKind>();
  for (const wanted = Math.round((count * BAD_IN_A_THOUSAND) / 1_000); bad.size < wanted; ) {
    const kind = NAMES[bad.size % NAMES.length];
    const place = Math.floor(random() * count);
    if (kind !== undefined && !bad.has(place)) bad.set(place, kind);
  }
  return Array.from({ length: count }, (_, index) => {
    const kind = bad.get(index);
    const email = `person-${index}@example.com`;
    return {
      email,
      kind,
      body: JSON.stringify({ path: '/rest/v1/leads.json', body: { input: [recordOf(email, kind)] } }),
    };
  });
}

/** The fake checks fields by itself; what fails a call as a whole it is told. */
const FAULTS: readonly FaultRule[] = NAMES.flatMap((kind) => {
  const { level, code } = BAD_KINDS[kind];
  return level === 'record' ? [] : [{ bodyIncludes: poison(kind), gives: { kind: 'code', code, level } } as const];
});

function failsWholeCall({ kind }: Publication): boolean {
  return kind !== undefined && BAD_KINDS[kind].level === 'response';
}

export type { BadKind, Publication };
export { BAD_KINDS, FAULTS, failsWholeCall, publications };
