/**
 * What must become of a message whose call is answered with a code: one line a code, written from the documents and
 * not from the catalogue, so that a slip there shows here.
 */
interface ExpectedCode {
  readonly level: 'http' | 'response' | 'record' | 'identity';
  readonly code: string;
  readonly fate: Fate;
  /** A shared call that fails as a whole: one culprit is singled out, or all messages have one fate. */
  readonly shared: 'isolated' | 'together';
  /** Marketo's starred codes: the call is given back to the day. */
  readonly starred: boolean;
  /** Marketo may have done it: what may not be repeated becomes a letter with `outcomeUnknown`. */
  readonly ambiguous: boolean;
  /** What was asked. */
  readonly via: Via;
  /** Marketo's own words, where they decide. */
  readonly message?: string;
}

type Fate =
  | { readonly to: 'done'; readonly calls: number }
  | { readonly to: 'letter'; readonly calls: number }
  | {
      readonly to: 'queue';
      /** Least and most delay of the copy, in whole seconds. */
      readonly seconds: readonly [number, number];
      /** The budget of attempts that its code has; 0 when waiting is no attempt. */
      readonly attempts: number;
    };

/** `people`: an upsert, which may follow the create it depends on. */
type Via = 'people' | 'deletion' | 'removalFromList' | 'programStatus' | 'read';

const BUDGET = 8;
/** Jitter adds up to 30 %, and SQS counts whole seconds. */
const GROWING = [5, 7] as const;
const SOON = [5, 7] as const;
const LONG = [60, 78] as const;
/** The server timeout of Sync Leads, after which Marketo is done with a call of unknown outcome; and a margin. */
const AFTER_TIMEOUT = [90, 101] as const;

const retry = (seconds: readonly [number, number], attempts = BUDGET): Fate => ({ to: 'queue', seconds, attempts });
const wait = (seconds: readonly [number, number]): Fate => ({ to: 'queue', seconds, attempts: 0 });
const letter: Fate = { to: 'letter', calls: 1 };
const done: Fate = { to: 'done', calls: 1 };
const doneAtSecondCall: Fate = { to: 'done', calls: 2 };
const window = wait([20, 30]);
const slot = wait([2, 3]);
const day = wait([900, 900]);

type Marks = Partial<Pick<ExpectedCode, 'shared' | 'starred' | 'ambiguous' | 'via' | 'message'>>;
const STARRED = { starred: true } as const;
const AMBIGUOUS = { ambiguous: true } as const;
const ISOLATED = { shared: 'isolated' } as const;

function line(level: ExpectedCode['level'], code: string, fate: Fate, marks: Marks = {}): ExpectedCode {
  return { level, code, fate, shared: 'together', starred: false, ambiguous: false, via: 'people', ...marks };
}
const http = (code: string, fate: Fate, marks?: Marks) => line('http', code, fate, marks);
const response = (code: string, fate: Fate, marks?: Marks) => line('response', code, fate, marks);
/** A call that one record brings down names the code at response level, and is isolated. */
const record = (code: string, fate: Fate, marks?: Marks) => line('record', code, fate, { ...ISOLATED, ...marks });
const TOGETHER = { shared: 'together' } as const;

const EXPECTED_CODES: readonly ExpectedCode[] = [
  line('identity', '401', wait([60, 92])),
  http('401', doneAtSecondCall),
  http('408', retry(AFTER_TIMEOUT), AMBIGUOUS),
  http('413', letter, ISOLATED),
  http('414', doneAtSecondCall, { via: 'read' }),
  http('414', letter),
  http('429', retry(GROWING)),
  http('500', retry(AFTER_TIMEOUT), AMBIGUOUS),
  http('502', retry(AFTER_TIMEOUT), AMBIGUOUS),
  http('503', retry(GROWING)),
  http('504', retry(AFTER_TIMEOUT), AMBIGUOUS),
  response('500', retry(GROWING), AMBIGUOUS),
  response('502', retry(AFTER_TIMEOUT), AMBIGUOUS),
  response('600', doneAtSecondCall, STARRED),
  response('601', doneAtSecondCall, STARRED),
  response('602', doneAtSecondCall, STARRED),
  response('603', retry(LONG, 3)),
  response('604', retry(GROWING), { ...STARRED, ...AMBIGUOUS }),
  response('605', letter, { ...STARRED, ...ISOLATED }),
  response('606', window),
  response('607', day),
  response('608', retry(GROWING), STARRED),
  response('609', letter, ISOLATED),
  response('610', letter, ISOLATED),
  response('611', retry(GROWING, 4), { ...STARRED, ...AMBIGUOUS }),
  response('612', letter, ISOLATED),
  response('613', letter, ISOLATED),
  response('614', retry(LONG)),
  response('615', slot),
  response('616', letter, ISOLATED),
  response('701', letter, ISOLATED),
  response('702', letter, ISOLATED),
  response('703', letter, ISOLATED),
  response('704', letter, ISOLATED),
  response('709', letter, ISOLATED),
  response('710', letter, ISOLATED),
  response('711', letter, ISOLATED),
  response('712', letter, ISOLATED),
  response('713', retry(GROWING)),
  response('714', letter, ISOLATED),
  response('718', letter, ISOLATED),
  response('719', retry(GROWING)),
  record('1001', letter),
  record('1002', letter),
  record('1003', letter),
  record('1004', retry(SOON, 2)),
  record('1004', letter, { via: 'deletion' }),
  record('1005', letter),
  record('1006', letter),
  record('1007', letter),
  record('1008', letter),
  record('1009', letter),
  record('1010', letter),
  record('1011', letter),
  record('1012', letter),
  record('1013', retry(SOON, 2)),
  record('1013', letter, { via: 'deletion' }),
  record('1014', retry(SOON, 2)),
  record('1015', letter),
  record('1015', done, { via: 'removalFromList' }),
  record('1016', retry(LONG), TOGETHER),
  record('1017', letter),
  record('1018', letter),
  record('1019', retry(LONG), TOGETHER),
  record('1020', day, TOGETHER),
  record('1021', letter),
  record('1022', retry(SOON, 2)),
  record('1025', letter),
  record('1026', letter),
  record('1027', letter),
  record('1028', letter),
  record('1029', retry(LONG), TOGETHER),
  record('1029', day, { ...TOGETHER, message: 'Export daily quota 500MB exceeded' }),
  record('1035', letter),
  record('1036', letter),
  record('1037', letter),
  record('1037', done, { via: 'programStatus' }),
  record('1042', letter),
  record('1048', letter),
  record('1049', letter),
  record('1076', letter),
  record('1077', letter),
  record('1078', letter),
  record('1079', letter),
  record('1080', letter),
  // Codes that nobody has documented yet, by their range.
  http('418', letter, ISOLATED),
  http('507', retry(AFTER_TIMEOUT, 3), AMBIGUOUS),
  response('650', retry(GROWING, 3)),
  response('799', retry(GROWING, 3)),
  record('1999', letter),
];

export type { ExpectedCode, Fate, Via };
export { BUDGET, EXPECTED_CODES, LONG, SOON };
