import { defineEndpoint, type EndpointRow } from './define-endpoint.ts';
import type { Endpoint } from './types.ts';

// Marketo: assets, and the asset API description for body forms. Writes take form fields, but for what is said below;
// none has an `input` whose order `result` follows. The rows are for the writes that may be repeated or take a file;
// every other asset path gets the rule of its family, `familyEndpoint` in `families.ts`.

/** Marketo: assets, "Timeouts". */
const ASSET_TIMEOUT_SECONDS = 300;

const ASSET = '/rest/asset/v1/{type}/{id}';
const NO_BODY = { bodyForm: 'none', idempotent: true } as const;
const FILE = { bodyForm: 'multipart', idempotent: false } as const;

const ASSETS: readonly Endpoint[] = [
  // An update says what the asset shall be. For smart campaigns the API description says JSON.
  asset('updateAsset', `${ASSET}.json`, { idempotent: true }),
  asset('updateSmartCampaign', '/rest/asset/v1/smartCampaign/{id}.json', { bodyForm: 'json', idempotent: true }),

  // A second time, these find the asset already so, and change nothing. Not so `program/{id}/approve.json`, which can
  // start a mailing and has no row.
  asset('deleteAsset', `${ASSET}/delete.json`, NO_BODY),
  asset('deleteFolder', '/rest/asset/v1/folder/{id}/delete.json', { idempotent: true }),
  asset('deleteAssetPart', `${ASSET}/{part}/{partId}/delete.json`, NO_BODY),
  asset('deleteFolderToken', '/rest/asset/v1/folder/{id}/tokens/delete.json', { idempotent: true }),
  asset('approveAssetDraft', `${ASSET}/approveDraft.json`, NO_BODY),
  asset('unapproveAsset', `${ASSET}/unapprove.json`, NO_BODY),
  asset('discardAssetDraft', `${ASSET}/discardDraft.json`, NO_BODY),
  asset('activateSmartCampaign', '/rest/asset/v1/smartCampaign/{id}/activate.json', NO_BODY),
  asset('deactivateSmartCampaign', '/rest/asset/v1/smartCampaign/{id}/deactivate.json', NO_BODY),

  // Uploads.
  asset('createFile', '/rest/asset/v1/files.json', FILE),
  asset('updateFileContent', '/rest/asset/v1/file/{id}/content.json', FILE),
  asset('createEmailTemplate', '/rest/asset/v1/emailTemplates.json', FILE),
  asset('updateEmailTemplateContent', '/rest/asset/v1/emailTemplate/{id}/content.json', FILE),
  asset('updateEmailFullContent', '/rest/asset/v1/email/{id}/fullContent.json', FILE),
  asset('updateLandingPageTemplateContent', '/rest/asset/v1/landingPageTemplate/{id}/content.json', FILE),
];

function asset(operation: string, path: string, row: Omit<EndpointRow, 'operation' | 'path'>): Endpoint {
  return defineEndpoint({ bodyForm: 'form', serverTimeoutSeconds: ASSET_TIMEOUT_SECONDS, ...row, operation, path });
}

export { ASSET_TIMEOUT_SECONDS, ASSETS };
