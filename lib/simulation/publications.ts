import type { Dice } from './dice.ts';
import { fieldsOf, withFields } from './fields.ts';
import { KIND_NAMES, KINDS, type Kind, type KindName } from './kinds.ts';
import { drawKiller, drawOwnFault, isOfOneRecord, type OwnFault } from './own-faults.ts';
import type { Scenario } from './scenario.ts';

interface Publication {
  readonly mark: string;
  readonly kind: Kind | undefined;
  /** May be executed more than once. */
  readonly safe: boolean;
  readonly body: string;
  readonly attributes: number;
  /** Published a second time, under the same id, so long after the first. */
  readonly twinAfterMs: number | undefined;
  /** Every mark in it: one for each record where Marketo answers record by record, else its own alone. */
  readonly marks: readonly string[];
  /** Of a run with fields that come and go: which field the record with a mark has. */
  readonly fields?: ReadonlyMap<string, string>;
  readonly poison: boolean;
  /** What every call that holds one of its `faultyMarks` meets. */
  readonly ownFault: OwnFault | undefined;
  /** All of its marks, or that of one record, where the relay promises to deliver the others. */
  readonly faultyMarks: readonly string[];
  /** Nothing in the message itself keeps it from being delivered. */
  readonly isHealthy: boolean;
}

/** The kinds that people use most come most. */
const USUAL: readonly KindName[] = ['sync', 'sync', 'sync', 'activity', 'trigger', 'form', 'duplicate', 'status'];

/** What a fault of the data brings whole calls of down. */
const POISONED: readonly KindName[] = ['sync', 'status', 'activity'];

/** What a text says of publications: `mk-p7-` names a message, `mk-p7.2-` its third record. */
const MARK = /mk-(p\d+(?:\.\d+)?)-/g;

function marksIn(text: string): string[] {
  return [...new Set([...text.matchAll(MARK)].map((match) => match[1] ?? ''))];
}

const written = (mark: string): string => `mk-${mark}-`;
const MANY = 310;
const MANY_SHARE = 0.003;
const LARGE_CHARS = 600_000;
const LARGE_SHARE = 0.01;

const messageMark = (mark: string): string => mark.split('.')[0] ?? mark;

function personOf(dice: Dice, people: number): { id: number; email: string } {
  const id = dice.whole(1, people);
  const email = `user${id}@example.com`;
  return { id, email: dice.chance(0.2) ? ` ${email.toUpperCase()} ` : email };
}

function recordOf(name: KindName, mark: string, dice: Dice, people: number): object {
  const { id, email } = personOf(dice, people);
  const note = written(mark);
  switch (name) {
    case 'activity':
      return { leadId: id, activityDate: '2027-01-01T00:00:00Z', activityTypeId: 100_001, primaryAttributeValue: note };
    case 'status':
      return { leadId: id, note };
    case 'listAdd':
    case 'listRemove':
      return { id, note };
    case 'form':
      return { leadFormFields: { email, note } };
    default:
      return { email, note };
  }
}

/** The request, and the marks that Marketo will answer by. */
function requestOf(name: KindName, mark: string, dice: Dice, people: number): { request: object; marks: string[] } {
  const { aligned } = KINDS[name];
  // More than a call holds, now and then; and one that fills a call and leaves its letter too large for SQS.
  const isMany = name === 'sync' && dice.chance(MANY_SHARE);
  const filler = name === 'sync' && dice.chance(LARGE_SHARE) && !isMany ? { filler: 'x'.repeat(LARGE_CHARS) } : {};
  const count = isMany ? MANY : name === 'form' || 'filler' in filler || dice.chance(0.5) ? 1 : dice.whole(2, 9);
  const marks = aligned ? Array.from({ length: count }, (_, index) => `${mark}.${index}`) : [mark];
  const input = (aligned ? marks : Array.from({ length: count }, () => mark)).map((one) => {
    return { ...recordOf(name, one, dice, isMany ? MANY * MANY : people), ...filler };
  });
  const note = written(mark);
  const person = dice.whole(1, people);
  const lead = { path: '/rest/v1/leads.json' };
  const campaign = (verb: string) => `/rest/v1/campaigns/${dice.whole(1, 3)}/${verb}.json`;
  const tokens = [{ name: '{{my.note}}', value: note }];
  switch (name) {
    case 'sync':
      return { marks, request: { ...lead, body: { action: 'createOrUpdate', lookupField: 'email', input } } };
    case 'duplicate':
      return { marks, request: { ...lead, body: { action: 'createDuplicate', input } } };
    case 'activity':
      return { marks, request: { path: '/rest/v1/activities/external.json', body: { input } } };
    case 'push':
      return { marks, request: { path: '/rest/v1/leads/push.json', body: { programName: 'Web', input } } };
    case 'form':
      return { marks, request: { path: '/rest/v1/leads/submitForm.json', body: { formId: 7, input } } };
    case 'trigger':
      return { marks, request: { path: campaign('trigger'), body: { input: { leads: [{ id: person }], tokens } } } };
    case 'schedule':
      return { marks, request: { path: campaign('schedule'), body: { input: { tokens } } } };
    case 'merge':
      return {
        marks,
        request: { method: 'POST', path: `/rest/v1/leads/${person}/merge.json`, query: { leadIds: 9, note } },
      };
    case 'listAdd':
      return { marks, request: { path: '/rest/v1/lists/7/leads.json', body: { input } } };
    case 'listRemove':
      return { marks, request: { method: 'DELETE', path: '/rest/v1/lists/7/leads.json', body: { input } } };
    case 'status':
      return { marks, request: { path: '/rest/v1/programs/9/members/status.json', body: { statusName: 'On', input } } };
    case 'read': {
      const filterValues = dice.chance(0.1) ? `${note}${'x'.repeat(8_200)}` : note;
      return { marks, request: { path: '/rest/v1/leads.json', query: { filterType: 'email', filterValues } } };
    }
    case 'asset':
      return { marks, request: { path: '/rest/asset/v1/folders.json', form: { name: note, parent: { id: 1 } } } };
    case 'unknown':
      return { marks, request: { path: '/rest/v1/things.json', body: { note } } };
  }
}

function invalidBody(mark: string, dice: Dice): string {
  const note = written(mark);
  return dice.pick([
    `not JSON ${note}`,
    JSON.stringify({ path: 'https://evil.example/rest/v1/leads.json', query: { note } }),
    JSON.stringify({ path: '/identity/oauth/token', query: { note } }),
    JSON.stringify({ path: '/rest/v1/leads.json', body: { input: [] }, note }),
  ]);
}

interface Role {
  readonly isPoison: boolean;
  readonly ownFault: OwnFault | undefined;
  readonly attributes: number;
}

function invalidPublication(mark: string, attributes: number, dice: Dice): Publication {
  return {
    mark,
    kind: undefined,
    safe: true,
    body: invalidBody(mark, dice),
    attributes,
    twinAfterMs: undefined,
    marks: [mark],
    poison: false,
    ownFault: undefined,
    faultyMarks: [],
    isHealthy: false,
  };
}

/** The operation of a message: of those that the run has, the usual ones most. */
function pickKind({ operations }: Scenario, isPoison: boolean, dice: Dice): KindName {
  const known = new Set(operations);
  const candidates = isPoison ? POISONED : dice.chance(0.7) ? USUAL : KIND_NAMES;
  const among = candidates.filter((name) => known.has(name));
  return dice.pick(among.length > 0 ? among : isPoison ? POISONED : operations);
}

function drawPublication(index: number, role: Role, scenario: Scenario, dice: Dice): Publication {
  const { isPoison, ownFault, attributes } = role;
  const mark = `p${index}`;
  const isOwnRun = scenario.own !== undefined;
  if (!isPoison && ownFault === undefined && dice.chance(0.03)) return invalidPublication(mark, attributes, dice);
  const name = pickKind(scenario, isPoison, dice);
  const { request, marks } = requestOf(name, mark, dice, scenario.people);
  const hasId = dice.chance(0.6);
  const overruled = dice.chance(0.03);
  const { safe } = KINDS[name];
  const isSafe = overruled ? !safe : safe;
  const notAfter = dice.chance(ownFault?.kind === 'kills' ? 0 : 0.04)
    ? new Date(scenario.startMs + dice.between(0, scenario.faultsMs)).toISOString()
    : undefined;
  const fields = fieldsOf(scenario, name, marks);
  const body = JSON.stringify({
    ...withFields(request, marks, fields),
    ...(hasId && { id: `order-${index}` }),
    ...(notAfter !== undefined && { notAfter }),
    ...(overruled && { idempotent: !safe }),
  });
  const twinAfterMs = hasId && dice.chance(0.12) ? dice.between(0, scenario.publishMs) : undefined;
  const isBroken = isBrokenFor(scenario, KINDS[name]);
  const isTooMany = marks.length >= (scenario.own?.failsFromRecords ?? Number.POSITIVE_INFINITY);
  const isSound = notAfter === undefined && !isBroken && !isTooMany;
  const isOfOne = isSafe && isSound && ownFault !== undefined && isOfOneRecord(ownFault) && dice.chance(0.9);
  return {
    mark,
    kind: KINDS[name],
    safe: isSafe,
    body,
    attributes,
    twinAfterMs,
    marks,
    ...(fields.size > 0 && { fields }),
    poison: isPoison,
    ownFault,
    faultyMarks: isOfOne ? [dice.pick(marks)] : marks,
    isHealthy: isOwnRun && ownFault === undefined && isSound,
  };
}

/** Whether the run's broken operation is that of a kind. Two kinds can have one path, and Marketo knows the path. */
function isBrokenFor({ own }: Scenario, { path }: Kind): boolean {
  const broken = Object.keys(own?.operations ?? {}) as readonly KindName[];
  return broken.some((one) => KINDS[one].path.source === path.source);
}

/** Everything that is published in a run. */
function drawPublications(scenario: Scenario, dice: Dice): readonly Publication[] {
  const faults = dice.stream('own faults');
  const { messages = 0, killers = 0 } = scenario.own ?? {};
  return Array.from({ length: scenario.messages }, (_, index) => {
    const ownFault =
      index < killers ? drawKiller(faults) : index < killers + messages ? drawOwnFault(faults) : undefined;
    // Ten attributes leave no room for the relay's own.
    const isUncopiable = index >= scenario.messages - scenario.uncopiable;
    const attributes = isUncopiable ? 10 : dice.chance(0.2) ? 9 : 0;
    return drawPublication(index, { isPoison: index < scenario.poison, ownFault, attributes }, scenario, dice);
  });
}

export type { Publication };
export { drawPublications, isBrokenFor, marksIn, messageMark, written };
