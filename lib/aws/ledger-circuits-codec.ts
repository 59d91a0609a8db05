import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { LastSuccess, LineCircuit, OperationCircuit, Run, Stop, StopReason } from '../ledger/state.ts';
import { RUNNING_LINE } from '../ledger/state.ts';

/**
 * The ledger's circuits as an operator reads them in the console, and the relay reads them back. Failures in a row:
 *
 *     "3: syncLeads getLeads"
 *
 * One operation:
 *
 *     "5 failed, 0 denied, last 2026-02-10T18:00:00.000Z; transientFailures 2026-02-10T18:00:00.000Z/2026-02-10T18:00:05.000Z"
 */
type Item = Record<string, AttributeValue>;

const iso = (ms: number): string => new Date(ms).toISOString();
const text = (value: string): AttributeValue => ({ S: value });

function encodeRun({ count, operations }: Run): AttributeValue {
  return text(`${count}: ${operations.join(' ')}`);
}

function decodeRun(value: AttributeValue | undefined): Run {
  const [count = '0', operations = ''] = (value?.S ?? '0: ').split(': ');
  return { count: Number(count), operations: operations === '' ? [] : operations.split(' ') };
}

function encodeOperation({ failures, denials, failedAtMs, stop }: OperationCircuit): AttributeValue {
  const paused = stop ? `; ${stop.reason} ${iso(stop.sinceMs)}/${iso(stop.untilMs)}` : '';
  return text(`${failures} failed, ${denials} denied, last ${iso(failedAtMs)}${paused}`);
}

const OPERATION = /^(\d+) failed, (\d+) denied, last (\S+?)(?:; (\w+) (\S+)\/(\S+))?$/;

/** Undefined for what an operator has broken: then nothing is known of the operation. */
function decodeOperation(value: AttributeValue): OperationCircuit | undefined {
  const match = OPERATION.exec(value.S ?? '');
  if (match === null) return undefined;
  const [, failures, denials, failedAt = '', reason, since = '', until = ''] = match;
  const stop = { reason, sinceMs: Date.parse(since), untilMs: Date.parse(until) } as OperationCircuit['stop'];
  return {
    failures: Number(failures),
    denials: Number(denials),
    failedAtMs: Date.parse(failedAt),
    ...(reason !== undefined && stop && { stop }),
  };
}

function encodeCircuits(line: LineCircuit, circuits: Readonly<Record<string, OperationCircuit>>): Item {
  const { stop, failures, denials } = line;
  const operations = Object.entries(circuits);
  return {
    circuit: text(stop?.reason ?? 'closed'),
    ...(stop && { stoppedUntil: text(iso(stop.untilMs)), pauseMs: { N: String(stop.untilMs - stop.sinceMs) } }),
    ...(failures.count > 0 && { lineFailures: encodeRun(failures) }),
    ...(denials.count > 0 && { lineDenials: encodeRun(denials) }),
    ...(operations.length > 0 && {
      circuits: { M: Object.fromEntries(operations.map(([name, circuit]) => [name, encodeOperation(circuit)])) },
    }),
  };
}

function decodeStop(item: Item): LineCircuit['stop'] {
  if (item.stoppedUntil === undefined) return undefined;
  const untilMs = Date.parse(item.stoppedUntil.S ?? '');
  const reason = (item.circuit?.S ?? 'transientFailures') as StopReason;
  return { reason, sinceMs: untilMs - Number(item.pauseMs?.N ?? 0), untilMs } as Stop<'transientFailures'>;
}

function decodeCircuits(item: Item): { line: LineCircuit; circuits: Record<string, OperationCircuit> } {
  const stop = decodeStop(item);
  const operations = Object.entries(item.circuits?.M ?? {}).flatMap(([name, value]) => {
    const circuit = decodeOperation(value);
    return circuit === undefined ? [] : [[name, circuit] as const];
  });
  const line = { failures: decodeRun(item.lineFailures), denials: decodeRun(item.lineDenials), ...(stop && { stop }) };
  return { line: { ...RUNNING_LINE, ...line }, circuits: Object.fromEntries(operations) };
}

/** `2026-02-10T18:00:00.000Z 1f2e3d4c`: when, and the token's fingerprint. */
function encodeLastSuccess({ atMs, token }: LastSuccess): AttributeValue {
  return text(token === undefined ? iso(atMs) : `${iso(atMs)} ${token.toString(16)}`);
}

function decodeLastSuccess(value: AttributeValue): LastSuccess {
  const [at = '', token] = (value.S ?? '').split(' ');
  return { atMs: Date.parse(at), ...(token !== undefined && { token: Number.parseInt(token, 16) }) };
}

export { decodeCircuits, decodeLastSuccess, encodeCircuits, encodeLastSuccess };
