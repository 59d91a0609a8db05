import type { HttpRequest } from '../../marketo/http.ts';
import { mustHaveBeenGone } from '../field-checks.ts';
import { isThere } from '../fields.ts';
import type { World } from '../world.ts';
import type { ArrivedCall } from './arrived-call.ts';
import { absentField, type Play } from './replies.ts';

/** The fields that the model has: there, not yet there, or gone. */
class ModelFields {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** What Describe answers. The first field is one that nobody looks for, since garbage may leave it out. */
  #described(request: HttpRequest): readonly object[] | undefined {
    const plan = this.#world.scenario.fields;
    if (plan === undefined || !request.url.endsWith('/leads/describe.json')) return undefined;
    const dynamic = plan.fields.map(({ name }) => name).filter((name) => isThere(plan, name, this.#sinceMs));
    const names = ['createdAt', 'email', 'note', 'filler', ...dynamic];
    return names.map((name) => ({ displayName: name, dataType: 'string', rest: { name, readOnly: false } }));
  }

  /** What becomes of a call in which a record has a field that is not there. Undefined when none has. */
  refusal(call: ArrivedCall): Play | undefined {
    const plan = this.#world.scenario.fields;
    if (plan === undefined) return undefined;
    const absent = (index: number): string | undefined =>
      call.fields?.[index]?.find((name) => !isThere(plan, name, this.#sinceMs));
    return call.marks.some((_, index) => absent(index) !== undefined)
      ? absentField(call, absent, plan.failsWhole)
      : undefined;
  }

  /** A call as it arrives: with what Describe answers to it, and looked at for what it lacks. */
  arrive(call: ArrivedCall, request: HttpRequest): ArrivedCall {
    for (const [index, fields] of (call.fields ?? []).entries()) {
      const [mark] = call.marks[index] ?? [];
      const expected = mark === undefined ? undefined : this.#world.publicationOf(mark)?.fields?.get(mark);
      if (mark === undefined || expected === undefined || fields.includes(expected)) continue;
      mustHaveBeenGone(this.#world, expected, [mark], 'was sent without');
    }
    const described = this.#described(request);
    return described === undefined ? call : { ...call, described };
  }

  get #sinceMs(): number {
    return this.#world.time.nowMs - this.#world.scenario.startMs;
  }
}

export { ModelFields };
