/** What the widget is asked for. Whatever else comes is the list: it only reads. */
type TriageRequest =
  | { readonly kind: 'describe' }
  | { readonly kind: 'list' }
  | { readonly kind: 'sample'; readonly code: string }
  | { readonly kind: 'confirm'; readonly code: string }
  /** Letters that came after `untilMs` were not seen by who confirmed it. */
  | { readonly kind: 'resend'; readonly code: string; readonly untilMs: number };

const MAX_CODE_LENGTH = 100;

/**
 * Reads CloudWatch's event: the parameters of a button (CloudWatch: custom widget). Nothing is sent again without
 * `confirmed: true`, which only the page that asks for it has.
 */
function readTriageRequest(event: unknown): TriageRequest {
  if (typeof event !== 'object' || event === null) return { kind: 'list' };
  const { describe, view, code, untilMs, confirmed } = event as Readonly<Record<string, unknown>>;
  if (describe === true) return { kind: 'describe' };
  if (typeof code !== 'string' || code === '' || code.length > MAX_CODE_LENGTH) return { kind: 'list' };
  if (view === 'sample' || view === 'confirm') return { kind: view, code };
  const isConfirmed = view === 'resend' && confirmed === true;
  if (isConfirmed && typeof untilMs === 'number' && Number.isFinite(untilMs)) return { kind: 'resend', code, untilMs };
  return { kind: 'list' };
}

/** The parameters that ask for it. */
function toParameters(request: Exclude<TriageRequest, { kind: 'describe' }>): Readonly<Record<string, unknown>> {
  const { kind, ...rest } = request;
  return { view: kind, ...rest, ...(kind === 'resend' && { confirmed: true }) };
}

export type { TriageRequest };
export { readTriageRequest, toParameters };
