import { resendCode, sampleLetter, seeLetters, type TriageDeps } from './desk.ts';
import { html } from './html.ts';
import { type Button, renderConfirm, renderList, renderProblem, renderResent, renderSample } from './render.ts';
import { readTriageRequest, toParameters } from './request.ts';

const DESCRIPTION = `### Dead letters

Groups the relay's dead letters by cause, with what each means and what to do about it; shows a sample; and sends those of a
code again once it is confirmed. It has no parameters.`;

/**
 * A CloudWatch custom widget: an event in, HTML out. CloudWatch runs no script of it and takes dangerous markup out; it is
 * escaped here all the same, for what a letter holds comes from anywhere.
 *
 * @param endpoint ARN of the function that answers, for its buttons.
 */
async function answerWidget(event: unknown, deps: TriageDeps, endpoint: string, deadlineMs: number): Promise<string> {
  const button = cloudWatchButton(endpoint);
  const request = readTriageRequest(event);
  try {
    switch (request.kind) {
      case 'describe':
        return DESCRIPTION;
      case 'list':
        return renderList(await seeLetters(deps), button).html;
      case 'sample':
        return renderSample(request.code, await sampleLetter(request.code, deps), button).html;
      case 'confirm':
        return renderConfirm(request.code, await seeLetters(deps), button).html;
      case 'resend':
        return renderResent(request.code, await resendCode(request, deps, deadlineMs), button).html;
    }
  } catch (error) {
    return renderProblem(error instanceof Error ? `${error.name}: ${error.message}` : String(error), button).html;
  }
}

/** An action belongs to the element before it; its parameters are the text in it, as JSON (CloudWatch: custom widget). */
function cloudWatchButton(endpoint: string): Button {
  return (label, request, primary = false) => {
    const parameters = JSON.stringify(toParameters(request));
    return html`<a class="btn${primary ? ' btn-primary' : ''}">${label}</a><cwdb-action action="call" display="widget" endpoint="${endpoint}">${parameters}</cwdb-action>`;
  };
}

export { answerWidget };
