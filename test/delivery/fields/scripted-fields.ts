import type { HttpReply } from '../../../lib/marketo/http.ts';
import type { JsonObject } from '../../../lib/marketo/request.ts';
import { done, failed, json, type Script, type SentCall, skipped, World, type WorldOptions } from '../harness.ts';

/** A Marketo that has these fields, says so when it is asked, and refuses others record by record. */
class ScriptedFields {
  fields: string[];
  /** A reply to Describe that stands for its own. */
  describes: ((call: SentCall) => HttpReply) | undefined;

  constructor(...fields: readonly string[]) {
    this.fields = ['email', ...fields];
  }

  readonly script: Script = (call) => {
    if (isDescribe(call)) return this.describes?.(call) ?? leadFields(...this.fields);
    const { lookupField = 'email' } = bodyOf(call);
    if (!this.fields.includes(String(lookupField)))
      return failed('1006', `Lookup field '${String(lookupField)}' not found`);
    return done(call.input, (record, index) => {
      const unknown = Object.keys(record).find((name) => !this.fields.includes(name));
      if (unknown !== undefined) return skipped('1006', `Field '${unknown}' not found`);
      return { id: index + 1, status: 'updated' };
    });
  };

  world(options: Partial<WorldOptions> = {}): World {
    return new World({ script: this.script, fields: {}, ...options });
  }
}

function leadFields(...names: readonly string[]): HttpReply {
  const result = names.map((name, id) => ({
    id,
    displayName: name,
    dataType: 'string',
    rest: { name, readOnly: false },
  }));
  return json({ requestId: 'a1#1', success: true, result });
}

function isDescribe({ request }: SentCall): boolean {
  return /describe2?\.json$|types\.json$|\/fields\.json$/.test(request.url);
}

function bodyOf({ request }: SentCall): JsonObject {
  return request.body === undefined ? {} : (JSON.parse(request.body) as JsonObject);
}

/** A message of one lead. */
function lead(record: JsonObject, body: JsonObject = {}) {
  return { path: '/rest/v1/leads.json', body: { ...body, input: [record] } };
}

/** How many calls were made, Describe and others. */
function counts(calls: readonly SentCall[]) {
  const describes = calls.filter(isDescribe).length;
  return { describes, others: calls.length - describes };
}

export { counts, isDescribe, lead, leadFields, ScriptedFields };
