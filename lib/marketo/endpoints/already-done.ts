import type { MarketoRequest } from '../request.ts';
import { ownValue } from './keys.ts';

/**
 * Whether an error says that the wanted state is already there. It means something only after an earlier try whose
 * outcome is unknown: on a first try, "not found" is the publisher's mistake and "exists" somebody else's object.
 */
type AlreadyDone = (code: string, request: MarketoRequest, message?: string) => boolean;

const never: AlreadyDone = () => false;

/** Codes that leave no other reading: `1004` of a lead that was to be deleted. */
function whenCodeIs(...codes: readonly string[]): AlreadyDone {
  return (code) => codes.includes(code);
}

/**
 * A create that is refused because the object exists, but only with `action: createOnly`. The object can be one that was
 * there before the first try, and then its other fields are not those of the request: nothing in the reply tells.
 */
const createdBefore: AlreadyDone = (code, request) =>
  ownValue(request.body ?? {}, 'action') === 'createOnly' && ['1005', '1017'].includes(code);

/** 702 says "no data found", and of an asset that may not be changed "not allowed" (seen by another client). */
const assetIsGone: AlreadyDone = (code, _request, message = '') => code === '702' && !/not allowed/i.test(message);

/**
 * 709 stands for every rule that a change of state can break, "approve an asset that has no draft" among them (Marketo:
 * error-codes), so the words must say that there was nothing left to do.
 */
const assetIsSo: AlreadyDone = (code, _request, message = '') =>
  code === '709' && /\balready\b|\b(?:no|not have a|without a?) ?draft\b/i.test(message);

/** One of the three meanings of 1029 (Marketo: error-codes): this very job is in the queue. */
const jobIsQueued: AlreadyDone = (code, _request, message = '') => code === '1029' && /already queued/i.test(message);

export type { AlreadyDone };
export { assetIsGone, assetIsSo, createdBefore, jobIsQueued, never, whenCodeIs };
