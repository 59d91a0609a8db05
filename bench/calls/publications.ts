import type { FaultRule } from '../../lib/fake-marketo/faults.ts';
import type { JsonObject } from '../../lib/marketo/request.ts';

/** A single-lead message, and whether Marketo can take it. */
interface Publication {
  readonly email: string;
  readonly body: string;
  /** Undefined for a good one. */
  readonly kind: BadKind | undefined;
}

/** How many of a backlog are bad, and of which kinds: each as often as the others, at random places. */
interface Mix {
  readonly messages: number;
  readonly bad: number;
  readonly kinds: readonly BadKind[];
  /** The relay looks at fields, and knows none at first. */
  readonly looksAtFields?: true;
}

/** Bad records, by the level at which Marketo reports them. */
const BAD_KINDS = {
  unknownField: { level: 'record', code: '1006' },
  wrongType: { level: 'record', code: '1001' },
  companyField: { level: 'record', code: '1021' },
  invalidJson: { level: 'response', code: '609' },
  blankField: { level: 'response', code: '701' },
  invalidData: { level: 'response', code: '1003' },
  /** As `invalidData`, with a message that names field and value. */
  namedValue: {
    level: 'response',
    code: '1003',
    message: "Value 'poison-namedValue' is not valid for field 'lastName'",
  },
  /** As `namedValue`, of each message another value. */
  ownValue: { level: 'response', code: '1003' },
  /** A lookup field that does not exist: the request differs from that of the good ones, and shares no call with them. */
  lookupField: { level: 'response', code: '1006' },
} as const satisfies Record<string, { level: 'record' | 'response'; code: string; message?: string }>;

type BadKind = keyof typeof BAD_KINDS;

const NAMES = Object.keys(BAD_KINDS) as readonly BadKind[];
/** What bad data looks like when it comes from many sources. */
const MIXED_KINDS: readonly BadKind[] = NAMES.filter(
  (kind) => kind !== 'namedValue' && kind !== 'ownValue' && kind !== 'lookupField',
);

/** What makes the fake fail a whole call: a text in one of its records. */
const poison = (kind: BadKind): string => `poison-${kind}`;

/** Values of `ownValue` that the fake knows. */
const OWN_VALUES = 100;
const ownValue = (serial: number): string => `poison-own-${serial % OWN_VALUES}.`;

function recordOf(email: string, kind: BadKind | undefined, serial: number): JsonObject {
  const person = { email, firstName: 'Ann', lastName: 'Example' };
  switch (kind) {
    case undefined:
    case 'lookupField':
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
    case 'namedValue':
      return { ...person, lastName: poison(kind) };
    case 'ownValue':
      return { ...person, lastName: ownValue(serial) };
  }
}

function publications({ messages, bad, kinds }: Mix, random: () => number): readonly Publication[] {
  const kindAt = new Map<number, BadKind>();
  while (kindAt.size < bad) {
    const kind = kinds[kindAt.size % kinds.length];
    const place = Math.floor(random() * messages);
    if (kind !== undefined && !kindAt.has(place)) kindAt.set(place, kind);
  }
  const serials = new Map([...kindAt.keys()].map((place, serial) => [place, serial]));
  return Array.from({ length: messages }, (_, index) => {
    const kind = kindAt.get(index);
    const email = `person-${index}@example.com`;
    const lookup = kind === 'lookupField' ? { lookupField: 'noSuchField' } : {};
    const body = JSON.stringify({
      path: '/rest/v1/leads.json',
      body: { ...lookup, input: [recordOf(email, kind, serials.get(index) ?? 0)] },
    });
    return { email, kind, body };
  });
}

/** The fake checks fields by itself; what fails a call as a whole it is told. */
const FAULTS: readonly FaultRule[] = NAMES.flatMap((kind) => {
  const rule = BAD_KINDS[kind];
  if (rule.level === 'record' || kind === 'lookupField') return [];
  if (kind === 'ownValue') {
    return Array.from({ length: OWN_VALUES }, (_, serial) => {
      const message = `Value '${ownValue(serial)}' is not valid for field 'lastName'`;
      return { bodyIncludes: ownValue(serial), gives: { kind: 'code', ...rule, message } } as const;
    });
  }
  return [{ bodyIncludes: poison(kind), gives: { kind: 'code', ...rule } } as const];
});

function failsWholeCall({ kind }: Publication): boolean {
  return kind !== undefined && BAD_KINDS[kind].level === 'response';
}

export type { BadKind, Mix, Publication };
export { BAD_KINDS, FAULTS, failsWholeCall, MIXED_KINDS, publications };
