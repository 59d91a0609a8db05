/** What to do about a stop of the line, by its reason: the short of what the runbook says. */
const REMEDIES: Readonly<Record<string, string>> = {
  transientFailures: 'if Marketo is down (status.adobe.com), wait; else look at the network between',
  accessDenied:
    'give the API user its role back, or add the address to the IP allowlist (Admin > Users & Roles, Web Services)',
  tokenRefused: 'put credentials of this very subscription into the secret, or deploy with the right marketoBaseUrl',
  credentialsRefused: 'put the right credentials into the secret; no deployment is needed',
  daySpent: 'wait for the reset, or ask Marketo for more; "usage" says who else draws on it',
};

/** With the section of the runbook that says more. */
function remedyOf(reason: string): string {
  const heading = `LineStopped${reason.charAt(0).toUpperCase()}${reason.slice(1)}Alarm`;
  return `${REMEDIES[reason] ?? ''} (docs/runbook.md#${heading.toLowerCase()})`;
}

export { remedyOf };
