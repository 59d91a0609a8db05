import { ASSET_TIMEOUT_SECONDS } from './assets.ts';
import { defineEndpoint } from './define-endpoint.ts';
import { inQuery } from './parameters.ts';
import type { Endpoint } from './types.ts';

// Marketo: the asset API description for paths and required parameters.

const ASSET_READS: readonly Endpoint[] = [
  ...browse('Email', 'email'),
  read('getEmailCcFields', 'email/ccFields.json'),
  read('getEmailContent', 'email/{id}/content.json'),
  read('getEmailDynamicContent', 'email/{id}/dynamicContent/{contentId}.json'),
  read('getEmailFullContent', 'email/{id}/fullContent.json'),
  read('getEmailVariables', 'email/{id}/variables.json'),

  ...browse('EmailTemplate', 'emailTemplate'),
  read('getEmailTemplateContent', 'emailTemplate/{id}/content'),
  read('getEmailTemplateUsedBy', 'emailTemplates/{id}/usedBy.json'),

  ...browse('LandingPage', 'landingPage'),
  read('getLandingPageContent', 'landingPage/{id}/content.json'),
  read('getLandingPageDynamicContent', 'landingPage/{id}/dynamicContent/{contentId}.json'),
  read('getLandingPageFullContent', 'landingPage/{id}/fullContent.json'),
  read('getLandingPageVariables', 'landingPage/{id}/variables.json'),
  read('getLandingPageDomains', 'landingPageDomains.json'),

  ...browse('LandingPageTemplate', 'landingPageTemplate'),
  read('getLandingPageTemplateContent', 'landingPageTemplate/{id}/content.json'),

  read('getRedirectRules', 'redirectRules.json'),
  read('getRedirectRuleById', 'redirectRule/{id}.json'),

  ...browse('Form', 'form'),
  read('getAvailableFormFields', 'form/fields.json'),
  read('getAvailableProgramMemberFields', 'form/programMemberFields.json'),
  read('getFormFields', 'form/{id}/fields.json'),
  read('getFormThankYouPage', 'form/{id}/thankYouPage.json'),
  read('getFormUsedBy', 'form/{id}/usedBy.json'),

  // No lookup of a snippet by name is described.
  read('getSnippets', 'snippets.json'),
  read('getSnippetById', 'snippet/{id}.json'),
  read('getSnippetContent', 'snippet/{id}/content.json'),
  read('getSnippetDynamicContent', 'snippet/{id}/dynamicContent.json'),

  ...browse('Program', 'program'),
  read('getProgramsByTag', 'program/byTag.json', 'tagType', 'tagValue'),
  read('getProgramSmartList', 'program/{programId}/smartList.json'),

  ...browse('SmartCampaign', 'smartCampaign'),
  read('getSmartCampaignSmartList', 'smartCampaign/{id}/smartList.json'),

  ...browse('SmartList', 'smartList'),
  ...browse('StaticList', 'staticList'),

  ...browse('Folder', 'folder'),
  read('getFolderContent', 'folder/{id}/content.json'),
  read('getFolderTokens', 'folder/{id}/tokens.json'),

  ...browse('File', 'file'),

  read('getChannels', 'channels.json'),
  // The description writes this one's parameter `Name`, the others' `name`: not checked.
  read('getChannelByName', 'channel/byName.json'),
  read('getTagTypes', 'tagTypes.json'),
  read('getTagTypeByName', 'tagType/byName.json', 'name'),
  read('getSegmentations', 'segmentation.json'),
  read('getSegments', 'segmentation/{id}/segments.json'),
];

/** The three reads that most kinds of assets have: all, by id, by name. */
function browse(name: string, type: string): readonly Endpoint[] {
  return [
    read(`get${name}s`, `${type}s.json`),
    read(`get${name}ById`, `${type}/{id}.json`),
    read(`get${name}ByName`, `${type}/byName.json`, 'name'),
  ];
}

function read(operation: string, path: string, ...required: readonly string[]): Endpoint {
  return defineEndpoint({
    operation,
    method: 'GET',
    path: `/rest/asset/v1/${path}`,
    serverTimeoutSeconds: ASSET_TIMEOUT_SECONDS,
    parameters: { required: required.map((parameter) => inQuery(parameter)) },
  });
}

export { ASSET_READS };
