import { type Line, type People, times } from './people.ts';

/** Custom objects, companies, opportunities and their roles, sales persons, named accounts. */
function objectMessages(people: People): Line[] {
  return [
    ...times(9, (index) => orders(people, index)),
    ...times(4, (index) => vehicles(people, index)),
    {
      path: '/rest/v1/customobjects/order_c/delete.json',
      body: { deleteBy: 'dedupeFields', input: [{ orderId: 'O-2' }] },
    },
    ...times(4, (index) => companies(people, index)),
    ...times(3, (index) => opportunities(people, index)),
    ...times(2, (index) => roles(index)),
    ...times(2, (index) => salesPersons(index)),
    ...times(3, (index) => namedAccounts(people, index)),
  ];
}

function orders(people: People, batch: number): Line {
  const input = times(people.number(2, 15), (index) => ({
    orderId: `O-${1000 + batch * 20 + index}`,
    leadId: people.number(1001, 1110),
    amount: people.number(500, 90_000) / 100,
    currency: people.pick(['EUR', 'USD', 'GBP']),
    items: people.number(1, 9),
    orderedAt: people.moment(),
  }));
  return {
    path: '/rest/v1/customobjects/order_c.json',
    body: { action: 'createOrUpdate', dedupeBy: 'dedupeFields', input },
  };
}

function vehicles(people: People, batch: number): Line {
  const input = times(5, (index) => ({
    vin: `WVWZZZ1JZ3W${String(386_000 + batch * 10 + index)}`,
    make: 'Volkswagen',
    model: people.pick(['Golf', 'Polo', 'Passat']),
    year: people.number(2015, 2026),
  }));
  return { path: '/rest/v1/customobjects/vehicle_c.json', body: { action: 'createOrUpdate', input } };
}

function companies(people: People, batch: number): Line {
  const input = times(3, (index) => ({
    externalCompanyId: `company-${batch}-${index}`,
    company: `${people.pick(['North', 'South', 'Blue', 'Green'])} Works ${batch}${index}`,
    billingCity: people.pick(['Berlin', 'Oslo', 'Porto']),
    numberOfEmployees: people.number(5, 5000),
  }));
  return { path: '/rest/v1/companies.json', body: { action: 'createOrUpdate', dedupeBy: 'dedupeFields', input } };
}

function opportunities(people: People, batch: number): Line {
  const input = times(3, (index) => ({
    externalOpportunityId: `deal-${batch}-${index}`,
    name: `Deal ${batch}.${index}`,
    stage: people.pick(['Qualified', 'Offer', 'Won']),
    amount: people.number(1, 400) * 100,
    externalSalesPersonId: 'sam',
  }));
  return { path: '/rest/v1/opportunities.json', body: { action: 'createOrUpdate', input } };
}

function roles(batch: number): Line {
  const input = times(2, (index) => ({
    externalOpportunityId: 'deal-1',
    leadId: 1001 + batch * 2 + index,
    role: 'Buyer',
  }));
  return { path: '/rest/v1/opportunities/roles.json', body: { action: 'createOrUpdate', input } };
}

function salesPersons(batch: number): Line {
  const id = `sales-${batch}`;
  const input = [{ externalSalesPersonId: id, email: `${id}@example.com`, lastName: 'Seller' }];
  return { path: '/rest/v1/salespersons.json', body: { action: 'createOrUpdate', input } };
}

function namedAccounts(people: People, batch: number): Line {
  const input = times(2, (index) => ({ name: `Account ${batch}${index}`, city: people.pick(['Lyon', 'Graz']) }));
  return { path: '/rest/v1/namedaccounts.json', body: { action: 'createOrUpdate', input } };
}

export { objectMessages };
