/**
 * A relay for Marketo REST requests, as a CDK construct and as a stack.
 *
 * @module construct
 */
export type { AlarmTarget } from '../lib/cloud/alarms/alarm-settings.ts';
export type { LineAlarms } from '../lib/cloud/alarms/line-alarms.ts';
export type { RelayAlarms } from '../lib/cloud/alarms/relay-alarms.ts';
export { ConfigurationError } from '../lib/cloud/configuration-error.ts';
export type { RelayJournal } from '../lib/cloud/journal/create-journal.ts';
export type { GatherProps, LimitProps } from '../lib/cloud/limit-props.ts';
export { MarketoRelay } from '../lib/cloud/marketo-relay.ts';
export type { NetworkProps } from '../lib/cloud/network.ts';
export type { MarketoRelayProps } from '../lib/cloud/relay-props.ts';
export { RELAY_STACK_ID, RelayStack, type RelayStackProps } from '../lib/cloud/relay-stack.ts';
export type { ResultsTarget } from '../lib/cloud/results.ts';
export type { WebhookStackProps } from '../lib/cloud/webhook/stack-webhook.ts';
export { WebhookIntake } from '../lib/cloud/webhook/webhook-intake.ts';
export type { WebhookAuthentication, WebhookIntakeProps } from '../lib/cloud/webhook/webhook-props.ts';
export type { LogLevel } from '../lib/settings/parse.ts';
export type { LineStopReason } from '../lib/telemetry/events.ts';
export { METRIC_NAMES, METRIC_NAMESPACE, type MetricName } from '../lib/telemetry/metrics.ts';
export type { WebhookForm } from '../lib/webhook/form.ts';
