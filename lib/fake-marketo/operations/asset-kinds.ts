import type { AssetKind } from '../database/assets.ts';

type AssetAct =
  | 'list'
  | 'byName'
  | 'byId'
  | 'content'
  | 'create'
  | 'update'
  | 'changeContent'
  | 'tokens'
  | 'approveDraft'
  | 'approve'
  | 'activate'
  | 'unapprove'
  | 'deactivate'
  | 'discardDraft'
  | 'delete'
  | 'clone';

const READS: readonly AssetAct[] = ['list', 'byName', 'byId'];
const DRAFT: readonly AssetAct[] = ['approveDraft', 'unapprove', 'discardDraft'];
const PAGE: readonly AssetAct[] = [...DRAFT, 'create', 'update', 'delete', 'clone', 'content', 'changeContent'];

/** What can be done to each kind of asset (Marketo: OpenAPI of assets). A kind has no path for what is not here: 610. */
const ASSET_ACTS: Readonly<Record<AssetKind, readonly AssetAct[]>> = {
  folder: [...READS, 'create', 'update', 'tokens', 'delete'],
  program: [...READS, 'create', 'update', 'approve', 'unapprove', 'delete', 'clone'],
  email: [...READS, ...PAGE],
  emailTemplate: [...READS, ...PAGE],
  form: [...READS, 'create', 'update', 'approveDraft', 'discardDraft', 'delete', 'clone'],
  landingPage: [...READS, ...PAGE],
  landingPageTemplate: [...READS, ...PAGE],
  snippet: ['list', 'byId', ...PAGE],
  smartCampaign: [...READS, 'create', 'update', 'activate', 'deactivate', 'delete', 'clone'],
  smartList: [...READS, 'delete', 'clone'],
  staticList: [...READS, 'create', 'update', 'delete'],
};

/** Marketo: OpenAPI of assets, where it names a reply of its own for these. */
const ANSWERED_BY_ID: ReadonlySet<string> = new Set([
  'program.approve',
  'program.unapprove',
  'email.approveDraft',
  'email.unapprove',
  'email.discardDraft',
  'emailTemplate.discardDraft',
  'form.discardDraft',
  'landingPage.approveDraft',
  'landingPage.discardDraft',
  'landingPageTemplate.discardDraft',
  'snippet.discardDraft',
  'smartCampaign.activate',
  'smartCampaign.deactivate',
]);

export type { AssetAct };
export { ANSWERED_BY_ID, ASSET_ACTS };
