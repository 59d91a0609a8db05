import { CATALOGUE } from '../../marketo/catalogue/catalogue.ts';
import type { HttpReply } from '../../marketo/http.ts';
import type { Dice } from '../dice.ts';
import type { Kind } from '../kinds.ts';

/** What Marketo does with a call, and says of it. */
interface Play {
  readonly reply: HttpReply;
  /** The records that it executes, by index; for a call without records, whether it executes at all. */
  readonly executed: readonly number[];
  /** Records that are as wanted already. */
  readonly alreadySo: readonly number[];
  readonly code: string;
}

interface PlayedCall {
  readonly kind: Kind | undefined;
  /** One for each record, or one for the whole. */
  readonly marks: readonly (readonly string[])[];
  /** Of a call to the usage endpoint: the result of its success. */
  readonly usage?: object | undefined;
  /** Of a call of Describe: likewise. */
  readonly described?: readonly object[] | undefined;
  /** Put into texts, as servers do that quote what they were sent. */
  readonly echo: string;
}

const codesAt = (level: string): readonly string[] => [
  ...new Set(CATALOGUE.filter((row) => row.level === level).map((row) => row.code)),
];
/** Without 607, which Marketo means for the rest of the day: it comes when the day is spent. */
const RESPONSE_CODES = codesAt('response').filter((code) => code !== '607');
const RECORD_CODES = codesAt('record');
const HTTP_CODES = [...codesAt('http'), '500', '502', '404', '418', '599'];
const UNKNOWN_CODES = ['699', '799', '1999', '0', '5999', 'abc', ''];
/** After these Marketo may have done its work all the same, whatever its documents say (see decision 004). */
const AMBIGUOUS = new Set(['408', '500', '502', '504', '599', '604', '611', '0', '5999', 'abc', '']);
const DONE_STATUS: Record<string, string> = { listAdd: 'added', listRemove: 'removed', activity: 'added' };
/** Faults of the data that bring a whole call down. */
const DATA_CODES = ['609', '701', '704', '709', '718', '1003', '1006'];

const json = (value: unknown, status = 200, complete = true): HttpReply => ({
  kind: 'reply',
  status,
  headers: { 'content-type': 'application/json;charset=UTF-8' },
  body: typeof value === 'string' ? value : JSON.stringify(value),
  complete,
});

const html = (status: number, text: string): HttpReply => ({
  kind: 'reply',
  status,
  headers: { 'content-type': 'text/html', 'x-request': text },
  body: `<html><body><h1>${status}</h1><pre>${text}</pre></body></html>`,
  complete: true,
});

const everything = (call: PlayedCall): number[] => call.marks.map((_, index) => index);

/** All, none, or a first part: Marketo stopped somewhere. */
function some(call: PlayedCall, dice: Dice): number[] {
  const most = dice.pick([0, call.marks.length, dice.whole(0, call.marks.length)]);
  return everything(call).slice(0, most);
}

function doneEntry(call: PlayedCall, index: number): object {
  return { id: index + 1, status: DONE_STATUS[call.kind?.name ?? ''] ?? 'updated' };
}

function resultOf(call: PlayedCall): object[] {
  if (call.usage !== undefined) return [call.usage];
  if (call.described !== undefined) return [...call.described];
  return call.kind?.aligned ? call.marks.map((_, index) => doneEntry(call, index)) : [{ id: 1 }];
}

function success(call: PlayedCall): Play {
  const reply = json({ requestId: 'a1#1', success: true, result: resultOf(call) });
  return { reply, executed: everything(call), alreadySo: [], code: 'ok' };
}

/** The whole call failed, with a code in the body. */
function failure(call: PlayedCall, code: string, dice: Dice, whose = ''): Play {
  const asNumber = /^\d+$/.test(code) && dice.chance(0.2);
  const errors = [{ code: asNumber ? Number(code) : code, message: `model says ${code}${whose}${call.echo}` }];
  const executed = AMBIGUOUS.has(code) ? some(call, dice) : [];
  return { reply: json({ requestId: 'a1#2', success: false, errors }), executed, alreadySo: [], code };
}

/** Some records were skipped, each with its reason. */
function skips(call: PlayedCall, share: number, dice: Dice): Play {
  const executed: number[] = [];
  const alreadySo: number[] = [];
  const { name } = call.kind ?? { name: '' };
  const result = call.marks.map((_, index) => {
    if (!dice.chance(share)) {
      executed.push(index);
      return doneEntry(call, index);
    }
    const code = dice.chance(0.1) ? '1999' : dice.pick(RECORD_CODES);
    if ((name === 'listRemove' && code === '1015') || (name === 'status' && code === '1037')) alreadySo.push(index);
    const reason = { code: dice.chance(0.2) ? Number(code) : code, message: `record says ${code}${call.echo}` };
    const member = dice.pick(['reasons', 'reasons', 'errors', 'reason']);
    return { status: 'skipped', [member]: member === 'reason' ? reason : [reason] };
  });
  const reply = json({ requestId: 'a1#3', success: true, result });
  return { reply, executed, alreadySo, code: 'records' };
}

/** The records that are given a code are skipped, all others are done. */
function skipsOnly(call: PlayedCall, codeOf: (marks: readonly string[]) => string | undefined): Play {
  const codes = call.marks.map(codeOf);
  const result = codes.map((code, index) =>
    code === undefined
      ? doneEntry(call, index)
      : { status: 'skipped', reasons: [{ code, message: `record says ${code}${call.echo}` }] },
  );
  const executed = everything(call).filter((index) => codes[index] === undefined);
  return { reply: json({ requestId: 'a1#5', success: true, result }), executed, alreadySo: [], code: 'records' };
}

/** A field is not there: the records that have it are skipped, or the whole call fails. */
function absentField(call: PlayedCall, fieldOf: (index: number) => string | undefined, failsWhole: boolean): Play {
  const absent = call.marks.map((_, index) => fieldOf(index));
  const said = (name: string) => ({ code: '1006', message: `Field '${name}' not found${call.echo}` });
  const [first = ''] = absent.filter((name) => name !== undefined);
  if (failsWhole || call.kind?.aligned !== true) {
    const reply = json({ requestId: 'a1#7', success: false, errors: [said(first)] });
    return { reply, executed: [], alreadySo: [], code: '1006' };
  }
  const result = absent.map((name, index) =>
    name === undefined ? doneEntry(call, index) : { status: 'skipped', reasons: [said(name)] },
  );
  const executed = everything(call).filter((index) => absent[index] === undefined);
  return { reply: json({ requestId: 'a1#8', success: true, result }), executed, alreadySo: [], code: 'records' };
}

function noErrors(call: PlayedCall): Play {
  return {
    reply: json({ requestId: `a1#6${call.echo}`, success: false }),
    executed: [],
    alreadySo: [],
    code: 'no error',
  };
}

function httpStatus(call: PlayedCall, dice: Dice, code = dice.pick(HTTP_CODES)): Play {
  const executed = AMBIGUOUS.has(code) ? some(call, dice) : [];
  return { reply: html(Number(code), `${code}${call.echo}`), executed, alreadySo: [], code };
}

/** Nothing that Marketo's documents describe. */
function garbage(call: PlayedCall, dice: Dice): Play {
  const play = (reply: HttpReply, executed: readonly number[], code: string): Play => ({
    reply,
    executed,
    alreadySo: [],
    code,
  });
  const whole = JSON.stringify({ requestId: 'a1#4', success: true, result: resultOf(call) });
  const isAligned = call.kind?.aligned === true;
  switch (dice.whole(0, 10)) {
    case 0:
      return play(json(''), some(call, dice), 'empty');
    case 1:
      return play(html(200, `login${call.echo}`), some(call, dice), 'html');
    case 2:
      return play(json(whole.slice(0, dice.whole(0, whole.length - 1)), 200, false), some(call, dice), 'cut');
    case 3:
      return play(json(whole, 200, false), everything(call), 'cut after the end');
    case 4: {
      const result = resultOf(call);
      const other = dice.chance(0.5) ? [...result, { status: 'created' }] : result.slice(1);
      return play(
        json({ success: true, result: other }),
        isAligned ? some(call, dice) : everything(call),
        'other count',
      );
    }
    case 5:
      return play(json({ success: true }), isAligned ? some(call, dice) : everything(call), 'no result');
    case 6:
      return play(json({ success: false }), some(call, dice), 'no error');
    case 7: {
      const moved: HttpReply = {
        ...json(''),
        status: 302,
        headers: { location: 'https://evil.example/?t=1' },
      } as HttpReply;
      return play(moved, [], 'redirect');
    }
    case 8:
      return play(json({ success: true, errors: [{ code: '610', message: 'gone' }] }), [], 'success with errors');
    case 9:
      return play(
        json({ success: true, result: call.marks.map(() => null) }),
        isAligned ? some(call, dice) : everything(call),
        'nulls',
      );
    default:
      return failure(call, dice.pick(UNKNOWN_CODES), dice);
  }
}

export type { Play, PlayedCall };
export { absentField, DATA_CODES, failure, garbage, httpStatus, noErrors, RESPONSE_CODES, skips, skipsOnly, success };
