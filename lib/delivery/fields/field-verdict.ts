import type { Finding } from '../../schema/check-record.ts';
import { nearestName } from '../../schema/nearest-name.ts';
import type { ObjectType } from '../../schema/object-schema.ts';
import { preflightVerdict } from '../judge/preflight.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { KnownSchemas } from './known-schemas.ts';

/** More names in one letter help nobody. */
const MAX_FINDINGS = 20;

/** The verdict on a record that Marketo would refuse. It names each field, and the nearest that exists. */
function fieldVerdict(findings: readonly Finding[], schemas: KnownSchemas): Verdict {
  const told = findings
    .slice(0, MAX_FINDINGS)
    .map((finding) => ({ code: codeOf(finding), message: textOf(finding, schemas) }));
  const code = findings.some(({ kind }) => kind === 'unknown') ? 'unknownField' : 'invalidFieldValue';
  return preflightVerdict(code, told.map(({ message }) => message).join(' '), told);
}

function codeOf({ kind }: Finding): 'unknownField' | 'invalidFieldValue' {
  return kind === 'unknown' ? 'unknownField' : 'invalidFieldValue';
}

function textOf(finding: Finding, schemas: KnownSchemas): string {
  const { field, types } = finding;
  if (finding.kind === 'value') return `Field '${field}' is of type ${finding.dataType}: its value holds no number.`;
  const [type] = types;
  const what = finding.isLookup ? 'Lookup field' : 'Field';
  const was =
    finding.removedAtMs === undefined ? '' : ` It was gone by ${new Date(finding.removedAtMs).toISOString()}.`;
  const near = nearestField(finding, schemas);
  const meant = near === undefined ? '' : ` Did you mean '${near}'?`;
  const at = type && schemas.view(type)?.describedAtMs;
  const since = at ? `, as Describe said at ${new Date(at).toISOString()}` : '';
  return `${what} '${field}' not found: ${type ?? 'the object'} has none of this name${since}.${was}${meant}`;
}

/** Of a form, by the names that a submission may have. */
function nearestField({ types, field }: Finding, schemas: KnownSchemas): string | undefined {
  const [type] = types;
  if (type === undefined) return undefined;
  if (type === 'activities') {
    const names = schemas.view(type)?.schema.fields.map(({ name }) => name.slice(name.indexOf(':') + 1)) ?? [];
    return nearestName(field, names);
  }
  return nearestName(field, namesOf(types[1] ?? type, schemas));
}

function namesOf(type: ObjectType, schemas: KnownSchemas): readonly string[] {
  return schemas.view(type)?.schema.fields.map(({ name }) => name) ?? [];
}

export { fieldVerdict };
