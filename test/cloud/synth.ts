import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import { MarketoRelay } from '../../lib/cloud/marketo-relay.ts';
import type { MarketoRelayProps } from '../../lib/cloud/relay-props.ts';

const { context: FEATURE_FLAGS } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>;
};

/** CDK leaves each assembly behind: these go where they are swept up after the file's tests. */
const assemblies = mkdtempSync(join(tmpdir(), 'relay-assemblies-'));
afterAll(() => rmSync(assemblies, { recursive: true, force: true }));

/**
 * An app with the project's feature flags, whose functions are not bundled: the template is what matters here. That nobody
 * is told of alarms is known, unless a test wants to be warned.
 */
function testApp({ warns = false } = {}): App {
  const app = new App({
    outdir: mkdtempSync(join(assemblies, 'app-')),
    context: { ...FEATURE_FLAGS, 'aws:cdk:bundling-stacks': [] },
  });
  if (!warns) Validations.of(app).acknowledge({ id: 'Annotation::marketo-relay:nobodyIsTold', reason: 'a test' });
  return app;
}

interface SynthesizedRelay {
  readonly stack: Stack;
  readonly relay: MarketoRelay;
  readonly template: Template;
}

const BASE_URL = 'https://123-ABC-456.mktorest.com';

function synthesizeRelay(props: Partial<MarketoRelayProps> = {}): SynthesizedRelay {
  const stack = new Stack(testApp(), 'Test');
  const relay = new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL, ...props });
  return { stack, relay, template: Template.fromStack(stack) };
}

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** The only resource of a type. */
function onlyResource(template: Template, type: string): Resource {
  const found = Object.values(template.findResources(type)) as Resource[];
  const [resource] = found;
  if (resource === undefined || found.length > 1) throw new Error(`${found.length} resources of type ${type}`);
  return resource;
}

/** One of the relay's functions, by its construct id. */
function functionOf(template: Template, id: 'Delivery' | 'Govern' | 'Triage' = 'Delivery'): Resource {
  const found = Object.entries(template.findResources('AWS::Lambda::Function')) as [string, Resource][];
  const [one, ...others] = found.filter(([name]) => new RegExp(`Relay${id}[0-9A-F]{8}$`).test(name));
  if (one === undefined || others.length > 0) throw new Error(`no function ${id}: ${found.map(([name]) => name)}`);
  return one[1];
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** What one of the relay's functions may do. */
function statementsOf(template: Template, id: 'Delivery' | 'Govern' | 'Triage' = 'Delivery'): readonly Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy')) as Resource[];
  return policies
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(`Relay${id}Role`))
    .flatMap(({ Properties }) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement);
}

export type { Resource, Statement, SynthesizedRelay };
export { BASE_URL, functionOf, onlyResource, statementsOf, synthesizeRelay, testApp };
