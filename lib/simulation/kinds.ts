const KIND_NAMES = [
  'sync',
  'duplicate',
  'activity',
  'push',
  'form',
  'trigger',
  'schedule',
  'merge',
  'listAdd',
  'listRemove',
  'status',
  'read',
  'asset',
  'unknown',
] as const;

type KindName = (typeof KIND_NAMES)[number];

/**
 * What the simulator knows of an operation, from Marketo's documents and not from the code under test: whether a second
 * execution would differ from one, whether `result` answers `input`, and how long Marketo works on it at most.
 */
interface Kind {
  readonly name: KindName | 'import';
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: RegExp;
  readonly safe: boolean;
  readonly aligned: boolean;
  readonly timeoutMs: number;
}

const kind = (
  name: KindName,
  method: Kind['method'],
  path: RegExp,
  safe: boolean,
  aligned: boolean,
  seconds: number,
): Kind => ({ name, method, path, safe, aligned, timeoutMs: seconds * 1_000 });

const KINDS = {
  sync: kind('sync', 'POST', /^\/rest\/v1\/leads\.json$/, true, true, 90),
  duplicate: kind('duplicate', 'POST', /^\/rest\/v1\/leads\.json$/, false, true, 90),
  activity: kind('activity', 'POST', /^\/rest\/v1\/activities\/external\.json$/, false, true, 90),
  push: kind('push', 'POST', /^\/rest\/v1\/leads\/push\.json$/, false, false, 90),
  form: kind('form', 'POST', /^\/rest\/v1\/leads\/submitForm\.json$/, false, false, 30),
  trigger: kind('trigger', 'POST', /^\/rest\/v1\/campaigns\/\d+\/trigger\.json$/, false, false, 30),
  schedule: kind('schedule', 'POST', /^\/rest\/v1\/campaigns\/\d+\/schedule\.json$/, false, false, 30),
  merge: kind('merge', 'POST', /^\/rest\/v1\/leads\/\d+\/merge\.json$/, false, false, 180),
  listAdd: kind('listAdd', 'POST', /^\/rest\/v1\/lists\/\d+\/leads\.json$/, true, true, 30),
  listRemove: kind('listRemove', 'DELETE', /^\/rest\/v1\/lists\/\d+\/leads\.json$/, true, true, 30),
  status: kind('status', 'POST', /^\/rest\/v1\/programs\/\d+\/members\/status\.json$/, true, true, 30),
  read: kind('read', 'GET', /^\/rest\/v1\/leads\.json$/, true, false, 30),
  asset: kind('asset', 'POST', /^\/rest\/asset\/v1\/folders\.json$/, false, false, 300),
  unknown: kind('unknown', 'POST', /^\/rest\/v1\/things\.json$/, false, false, 30),
} as const satisfies Record<KindName, Kind>;

/** Uploads of files and questions about them: apart from the others, since a run has them by chances of their own. */
const IMPORT: Kind = {
  name: 'import',
  method: 'POST',
  path: /^\/bulk\/v1\/leads/,
  safe: false,
  aligned: false,
  timeoutMs: 60_000,
};

export type { Kind, KindName };
export { IMPORT, KIND_NAMES, KINDS };
