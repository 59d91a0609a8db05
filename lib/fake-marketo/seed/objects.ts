import type { Field } from '../database/fields.ts';
import type { ObjectType } from '../database/objects.ts';
import type { JsonObject } from '../json.ts';

const guid: Field = { name: 'marketoGUID', type: 'string' };
const dates: readonly Field[] = [
  { name: 'createdAt', type: 'datetime', readOnly: true },
  { name: 'updatedAt', type: 'datetime', readOnly: true },
];

const customObjects: readonly ObjectType[] = [
  {
    name: 'order_c',
    idField: 'marketoGUID',
    dedupeFields: ['orderId'],
    fields: [
      guid,
      ...dates,
      { name: 'orderId', type: 'string' },
      { name: 'leadId', type: 'integer' },
      { name: 'amount', type: 'float' },
      { name: 'currency', type: 'string' },
      { name: 'items', type: 'integer' },
      { name: 'orderedAt', type: 'datetime' },
      { name: 'note', type: 'text' },
    ],
    links: [{ field: 'leadId', to: 'leads', code: '1004', message: 'Lead not found' }],
  },
  {
    name: 'vehicle_c',
    idField: 'marketoGUID',
    dedupeFields: ['vin'],
    fields: [
      guid,
      ...dates,
      { name: 'vin', type: 'string', length: 17 },
      { name: 'make', type: 'string' },
      { name: 'model', type: 'string' },
      { name: 'year', type: 'integer' },
      { name: 'ownerEmail', type: 'email' },
    ],
  },
];

const standardObjects: readonly ObjectType[] = [
  {
    name: 'companies',
    idField: 'id',
    dedupeFields: ['externalCompanyId'],
    fields: [
      { name: 'id', type: 'integer' },
      ...dates,
      { name: 'externalCompanyId', type: 'string' },
      { name: 'company', type: 'string' },
      { name: 'industry', type: 'string' },
      { name: 'website', type: 'string' },
      { name: 'billingCity', type: 'string' },
      { name: 'billingCountry', type: 'string' },
      { name: 'annualRevenue', type: 'float' },
      { name: 'numberOfEmployees', type: 'integer' },
      { name: 'externalSalesPersonId', type: 'string' },
    ],
  },
  {
    name: 'opportunities',
    idField: 'marketoGUID',
    dedupeFields: ['externalOpportunityId'],
    fields: [
      guid,
      ...dates,
      { name: 'externalOpportunityId', type: 'string' },
      { name: 'name', type: 'string' },
      { name: 'stage', type: 'string' },
      { name: 'amount', type: 'float' },
      { name: 'closeDate', type: 'date' },
      { name: 'externalCompanyId', type: 'string' },
      { name: 'externalSalesPersonId', type: 'string' },
    ],
    links: [
      {
        field: 'externalSalesPersonId',
        to: 'salespersons',
        code: '718',
        message: 'ExternalSalesPersonID not found',
        responseLevel: true,
      },
    ],
  },
  {
    name: 'opportunities/roles',
    idField: 'marketoGUID',
    dedupeFields: ['externalOpportunityId', 'leadId', 'role'],
    fields: [
      guid,
      ...dates,
      { name: 'externalOpportunityId', type: 'string' },
      { name: 'leadId', type: 'integer' },
      { name: 'role', type: 'string' },
      { name: 'isPrimary', type: 'boolean' },
    ],
    links: [
      { field: 'externalOpportunityId', to: 'opportunities', code: '1013', message: 'Opportunity not found' },
      { field: 'leadId', to: 'leads', code: '1004', message: 'Lead not found' },
    ],
  },
  {
    name: 'salespersons',
    idField: 'id',
    dedupeFields: ['externalSalesPersonId'],
    fields: [
      { name: 'id', type: 'integer' },
      ...dates,
      { name: 'externalSalesPersonId', type: 'string' },
      { name: 'email', type: 'email' },
      { name: 'firstName', type: 'string' },
      { name: 'lastName', type: 'string' },
      { name: 'title', type: 'string' },
    ],
  },
  {
    name: 'namedaccounts',
    idField: 'marketoGUID',
    dedupeFields: ['name'],
    fields: [
      guid,
      ...dates,
      { name: 'name', type: 'string' },
      { name: 'industry', type: 'string' },
      { name: 'city', type: 'string' },
      { name: 'country', type: 'string' },
      { name: 'numberOfEmployees', type: 'integer' },
      { name: 'annualRevenue', type: 'float' },
    ],
  },
];

const seedObjects: Readonly<Record<string, readonly JsonObject[]>> = {
  order_c: [
    { orderId: 'O-1', leadId: 1001, amount: 19.9, currency: 'EUR' },
    { orderId: 'O-2', leadId: 1002, amount: 250, currency: 'USD' },
  ],
  vehicle_c: [{ vin: '1HGCM82633A004352', make: 'Honda', model: 'Accord', year: 2003 }],
  companies: [
    { externalCompanyId: 'acme', company: 'Acme' },
    { externalCompanyId: 'globex', company: 'Globex' },
  ],
  salespersons: [{ externalSalesPersonId: 'sam', email: 'sam.seller@example.com', lastName: 'Seller' }],
  opportunities: [{ externalOpportunityId: 'deal-1', name: 'First deal', externalSalesPersonId: 'sam' }],
  namedaccounts: [{ name: 'Acme' }, { name: 'Globex' }],
};

export { customObjects, seedObjects, standardObjects };
