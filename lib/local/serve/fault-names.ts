import * as z from 'zod';
import type { Switch } from '../../fake-marketo/switches.ts';
import { FAULT_OPERATIONS, operationProblem } from './fault-operations.ts';

/** Faults as they are called on the page and by `relay rehearse`, each with what it does. */
const FAULTS = {
  outage: 'nobody gets through to Marketo, to identity neither',
  hang: 'Marketo takes calls and never answers',
  slow: 'calls take many times as long',
  trickle: 'replies come a byte at a time',
  'quota-spent': 'others have used the rest of the day: 607 to every call',
  'credentials-revoked': 'identity answers 401, and tokens that it gave before are refused',
  'token-invalid': 'every token is refused with 601',
  'rate-limited-by-others': 'others fill the rate limit: 606 to every call',
  'slots-taken-by-others': 'others fill the concurrency limit: 615 to every call',
  code: 'one code for the calls of one operation',
  crash: 'each run of the delivery function ends in an error at once',
} as const;

type FaultName = keyof typeof FAULTS;
/** Those that are switches of the fake; a crash is the relay's own. */
type MarketoFault = Exclude<FaultName, 'crash'>;

const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** A rehearsal ends by itself, were it forgotten. */
const MAX_SECONDS = 7 * 24 * 3600;

/** `POST /faults`. */
const faultRequestSchema = z.strictObject({
  name: z.enum(FAULT_NAMES),
  on: z.boolean(),
  forSeconds: z.number().positive().max(MAX_SECONDS).optional(),
  how: z.enum(['refuse', 'reset', 'badGateway']).optional(),
  factor: z.number().positive().max(1_000).optional(),
  atLeastMs: z.number().int().min(0).max(300_000).optional(),
  byteMs: z.number().int().min(1).max(10_000).optional(),
  operation: z.string().min(1).max(100).optional(),
  code: z
    .string()
    .regex(/^\d{3,4}$/, 'a code has three or four digits')
    .optional(),
  record: z.boolean().optional(),
});

type FaultRequest = z.infer<typeof faultRequestSchema>;

/** The fake's switch of a fault is called the same, in its spelling. */
function kindOf(name: MarketoFault): Switch['kind'] {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()) as Switch['kind'];
}

/** The switch of the fake for a request, or what the request lacks. */
function switchOf(request: FaultRequest & { readonly name: MarketoFault }): Switch | string {
  const kind = kindOf(request.name);
  switch (kind) {
    case 'outage':
      return { kind, how: request.how ?? 'badGateway' };
    case 'slow':
      return { kind, factor: request.factor ?? 10, ...(request.atLeastMs ? { atLeastMs: request.atLeastMs } : {}) };
    case 'trickle':
      return { kind, byteMs: request.byteMs ?? 50 };
    case 'code': {
      const { operation, code, record } = request;
      if (operation === undefined || code === undefined)
        return 'code needs an operation and a code: syncLeads and 1006';
      const fakeName = FAULT_OPERATIONS.get(operation);
      if (fakeName === undefined) return operationProblem(operation) ?? operation;
      return { kind, operation: fakeName, code, ...(record ? { record: true } : {}) };
    }
    default:
      return { kind };
  }
}

function nameOf(kind: Switch['kind']): FaultName {
  return FAULT_NAMES.find((name) => name !== 'crash' && kindOf(name) === kind) ?? 'outage';
}

/** What is set about a fault beside its name: `syncLeads 1006`. */
function detailOf(fault: Switch, operation = ''): string {
  switch (fault.kind) {
    case 'outage':
      return fault.how;
    case 'slow':
      return `${fault.factor} times`;
    case 'trickle':
      return `a byte every ${fault.byteMs} ms`;
    case 'code':
      return `${fault.code} to ${fault.record ? 'the first record of ' : ''}${operation}`;
    default:
      return '';
  }
}

export type { FaultName, FaultRequest, MarketoFault };
export { detailOf, FAULT_NAMES, FAULTS, faultRequestSchema, kindOf, nameOf, switchOf };
