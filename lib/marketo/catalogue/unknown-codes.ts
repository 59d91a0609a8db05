import type { CatalogueEntry, CodeLevel, VerdictRule } from './types.ts';
import { REJECT, STOP } from './verdicts.ts';

/** Worth a few tries, but nobody has said that it passes. */
const RETRY_THRICE = { kind: 'retry', pace: 'growing', maxAttempts: 3 } as const satisfies VerdictRule;

type Judgement = Pick<CatalogueEntry, 'verdict' | 'executed' | 'meaning' | 'remedy'>;

/**
 * A row for a code that the catalogue lacks, by its range. Marketo: error-codes, for what the ranges mean: 6xx and 7xx
 * calls were not executed, 1xxx is about the data of a record.
 */
/** Stands for the code of an error that has none: Marketo's gateways and some asset calls leave it out. */
const NO_CODE = 'noCode';

function unknownEntry(code: string, level: CodeLevel): CatalogueEntry {
  if (code === NO_CODE) return { code, level, name: 'Error without a code', counted: true, ...WITHOUT_CODE };
  return { code, level, name: 'Unknown code', counted: true, ...judge(code, level) };
}

const WITHOUT_CODE: Judgement = {
  verdict: RETRY_THRICE,
  executed: 'unknown',
  meaning: 'The call failed with an error that has no code; it may have taken effect nevertheless.',
  remedy:
    "Read Marketo's message. Look in Marketo whether it took effect; if not, send it again, and give the requestId to " +
    'Marketo support if it fails again.',
};

function judge(code: string, level: CodeLevel): Judgement {
  if (/^1\d{3}$/.test(code)) {
    return {
      verdict: REJECT,
      executed: 'no',
      meaning: `Marketo refused a record with code ${code}, which the relay does not know. Codes of this range are about the data.`,
      remedy: "Read Marketo's message, correct the record, and send it again.",
    };
  }
  if (/^4\d\d$/.test(code)) return level === 'identity' ? refusedByIdentity(code) : refusedRequest(code);
  if (/^[67]\d\d$/.test(code)) {
    return {
      verdict: RETRY_THRICE,
      executed: 'no',
      meaning: `Marketo did not execute the call and gave code ${code}, which the relay does not know.`,
      remedy:
        "Read Marketo's message, and look the code up in Marketo's list of error codes. If the request is right, send it again.",
    };
  }
  // 5xx, and whatever else a gateway or a future Marketo says; other clients have met the code 0, and wait and retry.
  return {
    verdict: RETRY_THRICE,
    executed: 'unknown',
    meaning: `The call failed with code ${code}, which the relay does not know; it may have taken effect nevertheless.`,
    remedy:
      'Look in Marketo whether it took effect. If not, send it again, and give the requestId to Marketo support if it fails again.',
  };
}

function refusedRequest(code: string): Judgement {
  return {
    verdict: REJECT,
    executed: 'no',
    meaning: `The request was refused with ${code}, and would be refused again as it is.`,
    remedy:
      "Compare method, path and parameters with Marketo's endpoint reference, correct the message, and publish it again.",
  };
}

/** Not the message's fault: whatever identity dislikes, it dislikes for every message. */
function refusedByIdentity(code: string): Judgement {
  return {
    verdict: STOP,
    executed: 'no',
    meaning: `Marketo's identity service refused to issue a token, with ${code}.`,
    remedy: 'Check the base URL and the stored credentials. The messages are kept and go on by themselves.',
  };
}

export { NO_CODE, unknownEntry };
