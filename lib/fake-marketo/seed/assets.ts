import type { NewAsset } from '../database/assets.ts';

const seedAssets: readonly NewAsset[] = [
  { id: 8001, kind: 'folder', name: 'Marketing activities', folderId: 0 },
  { id: 8002, kind: 'folder', name: 'Landing pages only', folderId: 8001, holds: ['folder', 'landingPage'] },
  {
    id: 8101,
    kind: 'emailTemplate',
    name: 'Plain template',
    folderId: 8001,
    status: 'approved',
    hasDraft: false,
    inUse: true,
  },
  { id: 8201, kind: 'email', name: 'Spring letter', folderId: 8001, status: 'approved', hasDraft: false },
  { id: 8202, kind: 'email', name: 'Summer letter', folderId: 8001 },
  { id: 8203, kind: 'email', name: 'Legal notice', folderId: 8001, contentLocked: true },
  { id: 8301, kind: 'landingPage', name: 'Share with friends', folderId: 8002, social: true },
  { id: 301, kind: 'form', name: 'Sign up', folderId: 8001, status: 'approved', hasDraft: false, inUse: true },
  { id: 1159, kind: 'staticList', name: 'Newsletter', folderId: 8001, inUse: true },
  { id: 1160, kind: 'staticList', name: 'Webinar guests', folderId: 8001 },
  { id: 5001, kind: 'program', name: 'Spring webinar', folderId: 8001 },
  { id: 7001, kind: 'smartCampaign', name: 'Welcome', folderId: 8001, status: 'approved', hasDraft: false },
];

export { seedAssets };
