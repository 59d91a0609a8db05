/**
 * The error codes of five editions of Marketo's page "Error Codes", read out of the pages by hand and by a search for
 * numbers, and not out of the catalogue. 69 codes in all. The figure 500 in them is "500 MB" and 799 the end of a
 * range, so neither is counted; 500, 600 and 1080 came later, from other pages.
 */
const HTTP_TABLE = ['413', '414'];
const RESPONSE_TABLE = [
  ...['502'],
  ...['601', '602', '603', '604', '605', '606', '607', '608', '609', '610', '611', '612', '613', '614', '615', '616'],
  ...['701', '702', '703', '704', '709', '710', '711', '712', '713', '714', '718', '719'],
];
const RECORD_TABLE = [
  ...['1001', '1002', '1003', '1004', '1005', '1006', '1007', '1008', '1009', '1010', '1011', '1012', '1013', '1014'],
  ...['1015', '1016', '1017', '1018', '1019', '1020', '1021', '1022', '1025', '1026', '1027', '1028', '1029', '1035'],
  ...['1036', '1037', '1042', '1048', '1049', '1076', '1077', '1078'],
];

/** Every edition speaks of identity's 401 in its prose only. */
const DOCUMENTS: Readonly<Record<string, readonly string[]>> = {
  // The newest of the five: the only one of the full pages with 1079.
  'Traditional Chinese, Markdown': ['401', ...HTTP_TABLE, ...RESPONSE_TABLE, ...RECORD_TABLE, '1079'],
  // A crawl that lost the first two tables: 413, 414 and 601 are left in prose and samples. Has 1079.
  'Simplified Chinese, text': ['401', '413', '414', '601', ...RECORD_TABLE, '1079'],
  'Swedish, Markdown': ['401', ...HTTP_TABLE, ...RESPONSE_TABLE, ...RECORD_TABLE],
  'Japanese, text': ['401', ...HTTP_TABLE, ...RESPONSE_TABLE, ...RECORD_TABLE],
  'English, text': ['401', ...HTTP_TABLE, ...RESPONSE_TABLE, ...RECORD_TABLE],
};

/** Documented elsewhere since: the current page (500), a support article (600), the leads page (1080). */
const LATER_CODES = ['500', '600', '1080'];

export { DOCUMENTS, HTTP_TABLE, LATER_CODES, RECORD_TABLE, RESPONSE_TABLE };
