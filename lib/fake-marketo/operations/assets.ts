import type { Asset, AssetKind } from '../database/assets.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { type ApiCall, type Operation, operations, type Run, readId, text } from '../operation.ts';
import { type Failure, fail, type Outcome, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';
import { ANSWERED_BY_ID, ASSET_ACTS, type AssetAct } from './asset-kinds.ts';
import { SEEDED_AT } from './paging.ts';

type OnAsset = (asset: Asset, call: ApiCall, subscription: Subscription) => Outcome;

/** Marketo: assets, most that one page holds. */
const MAX_PAGE = 200;
const NOTHING_FOUND = 'No assets found for the given search criteria.';

/** Asset replies have empty `errors` and `warnings` beside their result. */
function answer(assets: readonly Asset[]): Outcome {
  // Rule: assets-nothing-found
  if (assets.length === 0) return succeed(undefined, { errors: [], warnings: [NOTHING_FOUND] });
  return succeed(assets.map(shown), { errors: [], warnings: [] });
}

function shown(asset: Asset): JsonObject {
  const { id, name, kind, status, folderId } = asset;
  const common = {
    id,
    name,
    description: '',
    createdAt: SEEDED_AT,
    updatedAt: SEEDED_AT,
    url: '',
    workspace: 'Default',
  };
  if (kind === 'folder') {
    const parent = { id: folderId, type: 'Folder' };
    const own = { folderId: { id, type: 'Folder' }, folderType: 'Folder', parent, path: `/${name}`, isArchive: false };
    return { ...common, ...own, isSystem: false };
  }
  const folder = { type: 'Folder', value: folderId, folderName: '' };
  return kind === 'staticList' || kind === 'smartList' ? { ...common, folder } : { ...common, status, folder };
}

function list(kind: AssetKind) {
  return (call: ApiCall, { database }: Subscription): Outcome => {
    for (const name of ['earliestUpdatedAt', 'latestUpdatedAt']) {
      const date = call.query.get(name);
      // Rule: assets-date
      if (date !== null && Number.isNaN(Date.parse(date))) return fail('704', `Invalid date format: '${date}'`);
    }
    const offset = Number(call.query.get('offset') ?? 0) || 0;
    const size = Math.min(Number(call.query.get('maxReturn') ?? 20) || 20, MAX_PAGE);
    return answer(database.assets.all(kind).slice(offset, offset + size));
  };
}

function byName(kind: AssetKind) {
  return (call: ApiCall, { database }: Subscription): Outcome => {
    const name = call.query.get('name') ?? '';
    if (name === '') return fail('701', 'name cannot be blank');
    const asset = database.assets.byName(kind, name);
    return answer(asset === undefined ? [] : [asset]);
  };
}

function byId(kind: AssetKind) {
  return (call: ApiCall, { database }: Subscription): Outcome => {
    const asset = database.assets.get(kind, readId(call.params.id) ?? 0);
    return answer(asset === undefined ? [] : [asset]);
  };
}

function create(kind: AssetKind) {
  return (call: ApiCall, subscription: Subscription): Outcome => {
    const place = readPlace(kind, call, subscription);
    if ('kind' in place) return place;
    const { assets } = subscription.database;
    if (kind === 'email' || kind === 'landingPage') {
      const template = assets.get(
        kind === 'email' ? 'emailTemplate' : 'landingPageTemplate',
        readId(call.query.get('template')) ?? 0,
      );
      // Rule: assets-template
      if (template === undefined) return fail('709', `${kind} cannot be created without a template`);
    }
    return answer([assets.add({ kind, ...place })]);
  };
}

/** Name and folder of a new asset, as `name` and `folder={"id":1,"type":"Folder"}`. */
function readPlace(
  kind: AssetKind,
  call: ApiCall,
  { database }: Subscription,
): { name: string; folderId: number } | Failure {
  const name = call.query.get('name') ?? '';
  // Rule: assets-blank
  if (name.trim() === '') return fail('701', 'name cannot be blank');
  const given = call.query.get(kind === 'folder' ? 'parent' : 'folder') ?? '';
  if (given === '') return fail('701', `${kind === 'folder' ? 'parent' : 'folder'} cannot be blank`);
  const folderId = readId(readFolder(given));
  const folder = database.assets.get('folder', folderId ?? 0);
  // Rule: assets-parent
  if (folderId === undefined || folder === undefined) return fail('710', `Parent folder ${given} not found`);
  // Rule: assets-folder-type
  if (folder.holds !== undefined && !folder.holds.includes(kind)) {
    return fail('711', `Incompatible folder type: ${folder.name} cannot hold: ${kind}`);
  }
  const taken = database.assets.all(kind).some((asset) => asset.name === name && asset.folderId === folderId);
  // Rule: assets-name-taken
  return taken ? fail('709', `${name} already exists in folder ${folderId}`) : { name, folderId };
}

function readFolder(given: string): Json {
  try {
    const folder = JSON.parse(given) as Json;
    return isObject(folder) ? (folder.id ?? null) : folder;
  } catch {
    return null;
  }
}

function onAsset(kind: AssetKind, act: OnAsset) {
  return (call: ApiCall, subscription: Subscription): Outcome => {
    const asset = subscription.database.assets.get(kind, readId(call.params.id) ?? 0);
    // Rule: assets-not-found
    return asset === undefined
      ? fail('702', `No ${kind} found with id ${call.params.id}`)
      : act(asset, call, subscription);
  };
}

const update: OnAsset = (asset, call) => {
  const name = call.query.get('name') ?? (call.body?.name === undefined ? null : text(call.body.name));
  if (name !== null && name.trim() === '') return fail('701', 'name cannot be blank');
  if (name !== null) asset.name = name;
  return answer([asset]);
};

const approve: OnAsset = (asset) => {
  // Rule: assets-draft
  if (!asset.hasDraft) return fail('709', `${asset.name} has no draft to approve`);
  asset.status = 'approved';
  asset.hasDraft = false;
  return answer([asset]);
};

const unapprove: OnAsset = (asset) => {
  if (asset.status !== 'approved' || asset.inUse) return fail('709', `${asset.name} cannot be unapproved`);
  asset.status = 'draft';
  asset.hasDraft = true;
  return answer([asset]);
};

const discardDraft: OnAsset = (asset) => {
  if (asset.status !== 'approved' || !asset.hasDraft) return fail('709', `${asset.name} has no draft to discard`);
  asset.hasDraft = false;
  return answer([asset]);
};

const remove: OnAsset = (asset, _call, { database }) => {
  // Rule: assets-in-use
  if (asset.inUse) return fail('709', `${asset.name} is in use`);
  database.assets.delete(asset);
  return succeed([{ id: asset.id }], { errors: [], warnings: [] });
};

const clone: OnAsset = (asset, call, subscription) => {
  const place = readPlace(asset.kind, call, subscription);
  return 'kind' in place ? place : answer([subscription.database.assets.add({ kind: asset.kind, ...place })]);
};

const content: OnAsset = (asset) => {
  // Rule: assets-social
  if (asset.social) return fail('709', `${asset.name} contains social content`);
  return succeed([shownContent(asset)], { errors: [], warnings: [] });
};

function shownContent({ id, kind, status }: Asset): JsonObject {
  if (kind === 'email') return { htmlId: 'main', contentType: 'Text', value: '' };
  return kind === 'emailTemplate' || kind === 'landingPageTemplate' ? { id, status, content: '' } : { id, content: '' };
}

/** The asset API says 702 for an update that is not allowed, too (seen in Smartling's client). */
const changeContent: OnAsset = (asset) => {
  // Rule: assets-locked
  if (asset.contentLocked) return fail('702', `Update content of ${asset.name} is not allowed`);
  asset.hasDraft = true;
  return succeed([{ id: asset.id }], { errors: [], warnings: [] });
};

const setToken: OnAsset = (folder, call) => {
  const name = call.query.get('name') ?? '';
  if (name === '') return fail('701', 'name cannot be blank');
  if (call.query.get('type') === 'date' && Number.isNaN(Date.parse(call.query.get('value') ?? ''))) {
    return fail('704', `Invalid date format: '${call.query.get('value')}'`);
  }
  folder.tokens.set(name, call.query.get('value') ?? '');
  return succeed([{ folder: { type: 'Folder', value: folder.id } }], { errors: [], warnings: [] });
};

type Acting = (kind: AssetKind) => readonly [method: 'GET' | 'POST', path: string, run: Run];

const on = (name: string, act: OnAsset): Acting => {
  return (kind) => ['POST', `${kind}/{id}/${name}.json`, onAsset(kind, briefly(`${kind}.${name}`, act))];
};

/** Some actions answer with the id alone, for some kinds. */
function briefly(name: string, act: OnAsset): OnAsset {
  if (!ANSWERED_BY_ID.has(name)) return act;
  return (asset, call, subscription) => {
    const outcome = act(asset, call, subscription);
    return outcome.kind === 'success' ? { ...outcome, result: [{ id: asset.id }] } : outcome;
  };
}

const ACTS: Readonly<Record<AssetAct, Acting>> = {
  list: (kind) => ['GET', `${kind}s.json`, list(kind)],
  byName: (kind) => ['GET', `${kind}/byName.json`, byName(kind)],
  byId: (kind) => ['GET', `${kind}/{id}.json`, byId(kind)],
  // The one path without `.json` (Marketo: OpenAPI of assets).
  content: (kind) => [
    'GET',
    kind === 'emailTemplate' ? `${kind}/{id}/content` : `${kind}/{id}/content.json`,
    onAsset(kind, content),
  ],
  create: (kind) => ['POST', `${kind}s.json`, create(kind)],
  update: (kind) => ['POST', `${kind}/{id}.json`, onAsset(kind, update)],
  changeContent: on('content', changeContent),
  tokens: on('tokens', setToken),
  approveDraft: on('approveDraft', approve),
  approve: on('approve', approve),
  activate: on('activate', approve),
  unapprove: on('unapprove', unapprove),
  deactivate: on('deactivate', unapprove),
  discardDraft: on('discardDraft', discardDraft),
  delete: on('delete', remove),
  clone: on('clone', clone),
};

const assetOperations: readonly Operation[] = (Object.keys(ASSET_ACTS) as AssetKind[]).flatMap((kind) => {
  return ASSET_ACTS[kind].flatMap((act) => {
    const [method, path, run] = ACTS[act](kind);
    // Marketo: OpenAPI of assets: the one update that is sent as JSON.
    const body = method === 'GET' || `${kind}.${act}` === 'smartCampaign.update' ? 'none' : 'form';
    return operations(body, [[`${kind}.${act}`, method, `/rest/asset/v1/${path}`, run]]);
  });
});

export { assetOperations };
