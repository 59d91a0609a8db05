/**
 * A Marketo on 127.0.0.1 that keeps the limits of the real one, for tests of what calls Marketo.
 *
 * @module fake-marketo
 */
export type { Asset, AssetKind, NewAsset } from '../lib/fake-marketo/database/assets.ts';
export type {
  ActivityType,
  Campaign,
  Database,
  Lead,
  Membership,
  Program,
  StaticList,
} from '../lib/fake-marketo/database/database.ts';
export type { Field, FieldType } from '../lib/fake-marketo/database/fields.ts';
export type { ImportPace } from '../lib/fake-marketo/database/imports.ts';
export type { ObjectLink, ObjectType, StoredObject } from '../lib/fake-marketo/database/objects.ts';
export type { FaultEffect, FaultRule } from '../lib/fake-marketo/faults.ts';
export type { FakeMarketo } from '../lib/fake-marketo/handle.ts';
export type { Json, JsonObject } from '../lib/fake-marketo/json.ts';
export type {
  FakeClock,
  FakeFeatures,
  FakeLimits,
  FakeMarketoOptions,
  FakeUser,
  Latency,
} from '../lib/fake-marketo/options.ts';
export type { SeedLead } from '../lib/fake-marketo/seed/leads.ts';
export type { SeedData } from '../lib/fake-marketo/seed-data.ts';
export { startFakeMarketo } from '../lib/fake-marketo/server.ts';
export type { CallReport, FakeStats } from '../lib/fake-marketo/stats.ts';
export type { Switch, Switches } from '../lib/fake-marketo/switches.ts';
