import type { Rule } from './types.ts';

const ASSETS = [
  {
    id: 'assets-nothing-found',
    does: 'A search that finds nothing is a success with a warning and no result',
    tag: 'recorded',
    source: 'Recordings of the asset API',
  },
  { id: 'assets-not-found', does: '702 for a change of what is not there', tag: 'recorded', source: 'mrkt, specs' },
  { id: 'assets-locked', does: '702 for an update that is not allowed', tag: 'recorded', source: "Smartling's client" },
  {
    id: 'assets-blank',
    does: '701 for an empty name or folder',
    tag: 'documented',
    source: 'Marketo: error-codes 701',
  },
  {
    id: 'assets-parent',
    does: '710 for a folder that does not exist',
    tag: 'documented',
    source: 'Marketo: error-codes 710',
  },
  {
    id: 'assets-folder-type',
    does: '711 for a folder that cannot hold the asset',
    tag: 'documented',
    source: 'Marketo: error-codes 711',
  },
  {
    id: 'assets-name-taken',
    does: '709 for a name that its folder has already',
    tag: 'inferred',
    source: 'Marketo: error-codes 709',
  },
  {
    id: 'assets-template',
    does: '709 for an e-mail or page without a template',
    tag: 'documented',
    source: 'Marketo: error-codes 709',
  },
  {
    id: 'assets-draft',
    does: '709 for approving what has no draft, and the like',
    tag: 'documented',
    source: 'Marketo: error-codes 709',
  },
  { id: 'assets-date', does: '704 for a date of another form', tag: 'documented', source: 'Marketo: error-codes 704' },
  {
    id: 'assets-social',
    does: '709 for the content of a page with social content',
    tag: 'documented',
    source: 'Marketo: error-codes 709',
  },
  {
    id: 'assets-in-use',
    does: '709 for deleting what is in use',
    tag: 'inferred',
    source: 'Marketo: error-codes 709, 1022',
  },
] as const satisfies readonly Rule[];

export { ASSETS };
