import type { Json } from '../json.ts';
import type { SeedData } from '../seed-data.ts';
import { Assets } from './assets.ts';
import { type Field, fieldSet } from './fields.ts';
import { createImports, type ImportPace, type Imports } from './imports.ts';
import { type Lead, Leads } from './leads.ts';
import { Objects } from './objects.ts';

interface StaticList {
  readonly id: number;
  readonly name: string;
  readonly members: Set<number>;
}

interface Membership {
  statusName: string;
  readonly values: Map<string, Json>;
}

interface Program {
  readonly id: number;
  readonly name: string;
  readonly channel: string;
  /** Statuses of its channel with their step: a member does not go back (1037). */
  readonly statuses: Readonly<Record<string, number>>;
  readonly members: Map<number, Membership>;
}

interface Campaign {
  readonly id: number;
  readonly name: string;
  readonly type: 'trigger' | 'batch';
  readonly isActive: boolean;
  /** How often it was requested for each lead. */
  readonly runs: Map<number, number>;
  /** How often it was scheduled. */
  scheduled: number;
}

interface ActivityType {
  readonly id: number;
  readonly apiName: string;
  readonly primaryAttribute: string;
  readonly attributes: string[];
}

interface ExportJob {
  readonly exportId: string;
  status: 'Created' | 'Queued' | 'Cancelled';
}

/** Everything a fake subscription knows. Tests read it; only the operations write it. */
class Database {
  readonly leads: Leads;
  readonly programMemberFields;
  readonly lists = new Map<number, StaticList>();
  readonly programs = new Map<number, Program>();
  readonly campaigns = new Map<number, Campaign>();
  /** Custom objects, and companies, opportunities, ... by the name in their path. */
  readonly objects = new Map<string, Objects>();
  readonly customObjectNames = new Set<string>();
  /** Custom object types with a draft that can be discarded. */
  readonly objectDrafts = new Set<string>();
  readonly activityTypes = new Map<number, ActivityType>();
  /** Custom activities by type and lead (`100001:1001`). */
  readonly activities = new Map<string, number>();
  /** The fields of each form, by the names that a submission has. */
  readonly forms: ReadonlyMap<number, ReadonlySet<string>>;
  /** Fill Out Form activities by form and lead. */
  readonly formFills = new Map<string, number>();
  readonly partitions: ReadonlySet<string>;
  readonly namedAccountLists = new Map<string, { name: string; accounts: Set<string> }>();
  readonly assets = new Assets(9000);
  readonly imports: Imports;
  readonly exports = new Map<string, ExportJob>();
  /** Losing leads and those that were merged into. */
  merges = 0;

  constructor(data: SeedData, random: () => number, nowMs: number, importPace: ImportPace) {
    this.imports = createImports(importPace);
    this.leads = new Leads(fieldSet(data.leadFields), data.firstFreeLeadId);
    this.programMemberFields = fieldSet(data.programMemberFields);
    this.partitions = new Set(data.partitions);
    this.forms = new Map(data.forms.map(({ id, fields }) => [id, new Set(fields)]));
    for (const { id, partitionName, ...values } of data.leads) {
      this.leads.create(values, partitionName ?? 'Default', nowMs, id);
    }
    for (const list of data.lists) this.lists.set(list.id, { ...list, members: new Set(list.members) });
    for (const program of data.programs) {
      const members = Object.entries(program.members).map(([leadId, statusName]): [number, Membership] => {
        return [Number(leadId), { statusName, values: new Map() }];
      });
      this.programs.set(program.id, { ...program, members: new Map(members) });
    }
    for (const campaign of data.campaigns)
      this.campaigns.set(campaign.id, { ...campaign, runs: new Map(), scheduled: 0 });
    for (const type of [...data.customObjects, ...data.standardObjects]) {
      const objects = new Objects(type, random);
      this.objects.set(type.name, objects);
      for (const values of data.objects[type.name] ?? []) objects.create(values, nowMs);
    }
    for (const type of data.customObjects) this.customObjectNames.add(type.name);
    for (const type of data.activityTypes)
      this.activityTypes.set(type.id, { ...type, attributes: [...type.attributes] });
    for (const list of data.namedAccountLists) {
      const accounts = new Set(
        list.accounts.flatMap((name) => this.objects.get('namedaccounts')?.byName(name)?.id ?? []),
      );
      this.namedAccountLists.set(list.guid, { name: list.name, accounts: new Set([...accounts].map(String)) });
    }
    for (const asset of data.assets) this.assets.add(asset);
  }

  leadsByEmail(email: string): readonly Lead[] {
    return this.leads.byEmail(email);
  }

  listMembers(listId: number): readonly number[] {
    return [...(this.lists.get(listId)?.members ?? [])];
  }

  programStatus(programId: number, leadId: number): string | undefined {
    return this.programs.get(programId)?.members.get(leadId)?.statusName;
  }

  /**
   * Takes a field away, as an administrator can and Adobe has by mistake; what is returned brings it back.
   *
   * @param type `leads`, `programs/members`, or the name of another type of object
   */
  takeField(type: string, name: string): () => void {
    const fields = this.#fieldsOf(type);
    const field = fields?.get(name);
    if (fields === undefined || field === undefined) throw new Error(`${type} has no field '${name}'`);
    fields.delete(name);
    return () => fields.set(name, field);
  }

  addField(type: string, field: Field): void {
    this.#fieldsOf(type)?.set(field.name, field);
  }

  #fieldsOf(type: string): Map<string, Field> | undefined {
    if (type === 'leads') return this.leads.fields;
    return type === 'programs/members' ? this.programMemberFields : this.objects.get(type)?.fields;
  }

  /** Takes a person out of the database and out of everything that refers to it. */
  deleteLead(id: number): boolean {
    for (const list of this.lists.values()) list.members.delete(id);
    for (const program of this.programs.values()) program.members.delete(id);
    return this.leads.delete(id);
  }
}

export type { ActivityType, Campaign, Lead, Membership, Program, StaticList };
export { Database };
