import { type Described, TYPES } from './description.ts';

/** Types whose reads show fields of the subscription, which no description can name. */
const OPEN = new Set(['Lead', 'CustomObject', 'CompanyResponse', 'NamedAccount', 'SalesPerson', 'ProgramMember']);
const ENVELOPE: Readonly<Record<string, string>> = {
  requestId: 'string',
  success: 'boolean',
  result: 'array',
  nextPageToken: 'string',
  moreResult: 'boolean',
  errors: 'array',
  warnings: 'array',
};

/** Where a success reply is not what the description says, one text for each kind of difference. */
function replyProblems(described: Described, json: Readonly<Record<string, unknown>>): string[] {
  const problems = Object.entries(json).flatMap(([name, value]) => {
    if (ENVELOPE[name] === undefined) return [`envelope: ${name} is not described`];
    return kindOf(value) === ENVELOPE[name] ? [] : [`envelope: ${name} is ${kindOf(value)}, not ${ENVELOPE[name]}`];
  });
  for (const name of ['requestId', 'success']) if (!(name in json)) problems.push(`envelope: ${name} is missing`);
  if (!('result' in json))
    return described.result.endsWith('[]') ? [...problems, 'envelope: result is missing'] : problems;
  if (!described.result.endsWith('[]')) return [...problems, `envelope: result is there, not ${described.result}`];
  const isOpen = described.method === 'GET' && OPEN.has(described.result.slice(0, -2));
  return [...problems, ...valueProblems(described.result, json.result, isOpen, described.result)];
}

function valueProblems(type: string, value: unknown, isOpen: boolean, where: string): string[] {
  if (type === 'object' || value === null) return [];
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${where} is ${kindOf(value)}, not array`];
    return value.flatMap((entry) => valueProblems(type.slice(0, -2), entry, isOpen, type.slice(0, -2)));
  }
  const members = TYPES.get(type);
  if (members === undefined) return kindOf(value) === type ? [] : [`${where} is ${kindOf(value)}, not ${type}`];
  if (kindOf(value) !== 'object') return [`${where} is ${kindOf(value)}, not ${type}`];
  const given = value as Readonly<Record<string, unknown>>;
  const missing = members.filter(({ name, required }) => required && !(name in given));
  const unknown = isOpen ? [] : Object.keys(given).filter((name) => !members.some((member) => member.name === name));
  return [
    ...missing.map(({ name }) => `${type}.${name} is missing`),
    ...unknown.map((name) => `${type}.${name} is not described`),
    ...members.flatMap(({ name, type: wanted }) => {
      return name in given ? valueProblems(wanted, given[name], false, `${type}.${name}`) : [];
    }),
  ];
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

export { replyProblems };
