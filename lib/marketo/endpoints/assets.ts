import type { MarketoRequest } from '../request.ts';
import { assetIsGone, assetIsSo } from './already-done.ts';
import { defineEndpoint, type EndpointRow } from './define-endpoint.ts';
import { ownValue } from './keys.ts';
import type { Endpoint } from './types.ts';

// Marketo: assets, and the asset API description. Writes take form fields, but for what is said below; none has an `input`
// whose order `result` follows.
//
// What may be repeated: whatever says how the asset shall be (updates, contents, positions, approvals, deletions). What
// may not: what makes something new each time or sends something. A create fails when its name is taken, so a repetition
// would mostly make nothing; but names are unique within one folder at best, and people move and rename assets meanwhile.

/** Marketo: assets, "Timeouts". */
const ASSET_TIMEOUT_SECONDS = 300;

const ROOT = '/rest/asset/v1';
const SET = { idempotent: true } as const;
const MAKE = { idempotent: false } as const;
const STATE = { bodyForm: 'none', idempotent: true, alreadyDone: assetIsSo } as const;
const REMOVE = { bodyForm: 'none', idempotent: true, alreadyDone: assetIsGone } as const;
const NEW_FILE = { bodyForm: 'multipart', idempotent: false } as const;
const SET_FILE = { bodyForm: 'multipart', idempotent: true } as const;

type Row = Omit<EndpointRow, 'operation' | 'path'>;
type Verb = 'update' | 'approve' | 'unapprove' | 'discard' | 'clone' | 'delete';

const EMAILS: readonly Endpoint[] = [
  asset('createEmail', 'emails.json', MAKE),
  ...verbs('Email', 'email', 'update', 'approve', 'unapprove', 'discard', 'clone', 'delete'),
  asset('updateEmailContent', 'email/{id}/content.json', SET),
  asset('rearrangeEmailModules', 'email/{id}/content/rearrange.json', SET),
  asset('updateEmailComponentContent', 'email/{id}/content/{htmlId}.json', SET),
  asset('addEmailModule', 'email/{id}/content/{moduleId}/add.json', MAKE),
  asset('deleteEmailModule', 'email/{id}/content/{moduleId}/delete.json', REMOVE),
  asset('duplicateEmailModule', 'email/{id}/content/{moduleId}/duplicate.json', MAKE),
  asset('renameEmailModule', 'email/{id}/content/{moduleId}/rename.json', SET),
  asset('updateEmailDynamicContent', 'email/{id}/dynamicContent/{contentId}.json', SET),
  asset('updateEmailFullContent', 'email/{id}/fullContent.json', SET_FILE),
  asset('sendSampleEmail', 'email/{id}/sendSample.json', MAKE),
  asset('updateEmailVariable', 'email/{id}/variable/{name}.json', SET),

  asset('createEmailTemplate', 'emailTemplates.json', NEW_FILE),
  ...verbs('EmailTemplate', 'emailTemplate', 'update', 'approve', 'unapprove', 'discard', 'clone', 'delete'),
  asset('updateEmailTemplateContent', 'emailTemplate/{id}/content.json', SET_FILE),
];

const LANDING_PAGES: readonly Endpoint[] = [
  asset('createLandingPage', 'landingPages.json', MAKE),
  ...verbs('LandingPage', 'landingPage', 'update', 'approve', 'unapprove', 'discard', 'clone', 'delete'),
  asset('addLandingPageContent', 'landingPage/{id}/content.json', MAKE),
  asset('updateLandingPageContent', 'landingPage/{id}/content/{contentId}.json', SET),
  asset('deleteLandingPageContent', 'landingPage/{id}/content/{contentId}/delete.json', REMOVE),
  asset('updateLandingPageDynamicContent', 'landingPage/{id}/dynamicContent/{contentId}.json', SET),
  asset('updateLandingPageVariable', 'landingPage/{id}/variable/{variableId}.json', SET),

  asset('createLandingPageTemplate', 'landingPageTemplates.json', MAKE),
  ...verbs(
    'LandingPageTemplate',
    'landingPageTemplate',
    'update',
    'approve',
    'unapprove',
    'discard',
    'clone',
    'delete',
  ),
  asset('updateLandingPageTemplateContent', 'landingPageTemplate/{id}/content.json', SET_FILE),

  asset('createRedirectRule', 'redirectRules.json', MAKE),
  ...verbs('RedirectRule', 'redirectRule', 'update', 'delete'),
];

const FORMS: readonly Endpoint[] = [
  asset('createForm', 'forms.json', MAKE),
  ...verbs('Form', 'form', 'update', 'approve', 'discard', 'clone', 'delete'),
  asset('addFormField', 'form/{id}/fields.json', MAKE),
  asset('updateFormField', 'form/{id}/field/{fieldId}.json', SET),
  asset('deleteFormField', 'form/{id}/field/{fieldId}/delete.json', REMOVE),
  asset('addFormFieldVisibilityRule', 'form/{formId}/field/{fieldId}/visibility.json', MAKE),
  asset('addFormFieldSet', 'form/{id}/fieldSet.json', MAKE),
  asset('deleteFormFieldFromFieldSet', 'form/{id}/fieldSet/{fieldSetId}/field/{fieldId}/delete.json', REMOVE),
  asset('addFormRichText', 'form/{id}/richText.json', MAKE),
  asset('rearrangeFormFields', 'form/{id}/reArrange.json', SET),
  asset('updateFormSubmitButton', 'form/{id}/submitButton.json', SET),
  asset('updateFormThankYouPage', 'form/{id}/thankYouPage.json', SET),
];

const SNIPPETS: readonly Endpoint[] = [
  asset('createSnippet', 'snippets.json', MAKE),
  ...verbs('Snippet', 'snippet', 'update', 'approve', 'unapprove', 'discard', 'clone', 'delete'),
  asset('updateSnippetContent', 'snippet/{id}/content.json', SET),
  asset('updateSnippetDynamicContent', 'snippet/{id}/dynamicContent/{segmentId}.json', SET),
];

const PROGRAMS_AND_CAMPAIGNS: readonly Endpoint[] = [
  asset('createProgram', 'programs.json', MAKE),
  asset('updateProgram', 'program/{id}.json', { idempotent: setsCosts }),
  // Approving an e-mail program starts its mailing.
  asset('approveProgram', 'program/{id}/approve.json', { bodyForm: 'none', idempotent: false }),
  ...verbs('Program', 'program', 'unapprove', 'clone', 'delete'),

  asset('createSmartCampaign', 'smartCampaigns.json', MAKE),
  // The description says JSON for this update alone.
  asset('updateSmartCampaign', 'smartCampaign/{id}.json', { ...SET, bodyForm: 'json' }),
  asset('activateSmartCampaign', 'smartCampaign/{id}/activate.json', STATE),
  asset('deactivateSmartCampaign', 'smartCampaign/{id}/deactivate.json', STATE),
  ...verbs('SmartCampaign', 'smartCampaign', 'clone', 'delete'),
];

const LISTS_FOLDERS_FILES: readonly Endpoint[] = [
  ...verbs('SmartList', 'smartList', 'clone', 'delete'),
  asset('createStaticList', 'staticLists.json', MAKE),
  ...verbs('StaticList', 'staticList', 'update', 'delete'),

  asset('createFolder', 'folders.json', MAKE),
  asset('updateFolder', 'folder/{id}.json', SET),
  asset('deleteFolder', 'folder/{id}/delete.json', { ...REMOVE, bodyForm: 'form' }),
  // Creates a token, or updates the one of that name (Marketo: tokens, "Create and Update").
  asset('setFolderToken', 'folder/{id}/tokens.json', SET),
  asset('deleteFolderToken', 'folder/{id}/tokens/delete.json', { ...REMOVE, bodyForm: 'form' }),

  asset('createFile', 'files.json', NEW_FILE),
  asset('updateFileContent', 'file/{id}/content.json', SET_FILE),
];

const ASSETS: readonly Endpoint[] = [
  ...EMAILS,
  ...LANDING_PAGES,
  ...FORMS,
  ...SNIPPETS,
  ...PROGRAMS_AND_CAMPAIGNS,
  ...LISTS_FOLDERS_FILES,
];

/** The writes that most kinds of assets have, alike in all but names. */
function verbs(name: string, type: string, ...wanted: readonly Verb[]): readonly Endpoint[] {
  const all: Record<Verb, readonly [operation: string, path: string, row: Row]> = {
    update: [`update${name}`, `${type}/{id}.json`, SET],
    approve: [`approve${name}Draft`, `${type}/{id}/approveDraft.json`, STATE],
    unapprove: [`unapprove${name}`, `${type}/{id}/unapprove.json`, STATE],
    discard: [`discard${name}Draft`, `${type}/{id}/discardDraft.json`, STATE],
    clone: [`clone${name}`, `${type}/{id}/clone.json`, MAKE],
    delete: [`delete${name}`, `${type}/{id}/delete.json`, REMOVE],
  };
  return wanted.map((verb) => asset(...all[verb]));
}

function asset(operation: string, path: string, row: Row): Endpoint {
  return defineEndpoint({
    bodyForm: 'form',
    serverTimeoutSeconds: ASSET_TIMEOUT_SECONDS,
    ...row,
    operation,
    path: `${ROOT}/${path}`,
  });
}

/** Costs are added to those that are there, unless the request says that it replaces them (Marketo: programs, "Update"). */
function setsCosts({ form = {}, query = {} }: MarketoRequest): boolean {
  const given = { ...query, ...form };
  return ownValue(given, 'costs') === undefined || String(ownValue(given, 'costsDestructiveUpdate')) === 'true';
}

export { ASSET_TIMEOUT_SECONDS, ASSETS };
