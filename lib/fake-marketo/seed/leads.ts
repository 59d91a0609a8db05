import type { Json } from '../json.ts';

interface SeedLead {
  readonly id: number;
  readonly partitionName?: string;
  readonly [field: string]: Json;
}

const FIRST_NAMES = [
  'Ada',
  'Bruno',
  'Chiara',
  'Dmitri',
  'Elif',
  'Farah',
  'Goran',
  'Hana',
  'Ivo',
  'Jun',
  'Kofi',
  'Lena',
];
const LAST_NAMES = ['Adler', 'Berg', 'Costa', 'Dahl', 'Evans', 'Fujita', 'Garcia', 'Horvat', 'Ito', 'Jansen', 'Kaya'];

function seedLeads(): SeedLead[] {
  const leads: SeedLead[] = [];
  for (let id = 1001; id <= 1120; id += 1) {
    leads.push({
      id,
      email: `person${id}@example.com`,
      firstName: FIRST_NAMES[id % FIRST_NAMES.length] ?? 'Ada',
      lastName: LAST_NAMES[id % LAST_NAMES.length] ?? 'Adler',
      customerNumber: `C-${id}`,
      leadScore: id % 50,
      unsubscribed: false,
    });
  }
  return [...leads, ...special];
}

/** People with whom something does not work. */
const special: readonly SeedLead[] = [
  { id: 2001, email: 'twin@example.com', firstName: 'Tom', lastName: 'Twin', customerNumber: 'C-2001' },
  { id: 2002, email: 'twin@example.com', firstName: 'Tim', lastName: 'Twin', customerNumber: 'C-2002' },
  { id: 2010, email: 'emea@example.com', lastName: 'Europe', partitionName: 'EMEA' },
  { id: 2011, email: 'restricted@example.com', lastName: 'Hidden', partitionName: 'Restricted' },
  { id: 2020, email: 'person.account@example.com', lastName: 'Account', sfdcType: 'PersonAccount' },
  { id: 2021, email: 'no.record.type@example.com', lastName: 'Typeless', sfdcType: 'NoRecordType' },
  { id: 2022, email: 'crm.duplicate@example.com', lastName: 'Double', sfdcType: 'Duplicate' },
  { id: 2023, email: 'crm.long@example.com', lastName: 'Long', sfdcType: 'LongField' },
  { id: 2024, email: 'crm.deleted@example.com', lastName: 'Gone', sfdcType: 'Deleted' },
  { id: 2025, email: 'url.one@example.com', lastName: 'Url', personalUrl: 'annaurl' },
  { id: 2026, email: 'url.two@example.com', lastName: 'Url', personalUrl: 'annaurl' },
];

export type { SeedLead };
export { seedLeads };
