import { html } from '../../../triage/html.ts';
import type { Html } from './html.ts';

type PageName = 'overview' | 'letters' | 'marketo';

interface PageInput {
  readonly page: PageName;
  readonly title: string;
  readonly letters: number;
  readonly body: Html | readonly Html[];
  /** What the last click came to. */
  readonly notice?: Notice;
}

interface Notice {
  readonly tone: 'good' | 'bad';
  readonly text: string;
}

const PAGES: readonly (readonly [PageName, path: string, label: string])[] = [
  ['overview', '/', 'Overview'],
  ['letters', '/letters', 'Dead letters'],
  ['marketo', '/marketo', 'Marketo'],
];

/** The frame of every page. */
function layout({ page, title, letters, body, notice }: PageInput): Html {
  const links = PAGES.map(([name, path, label]) => {
    const badge = name === 'letters' ? html` <span class="badge" data-letters>${letters}</span>` : '';
    return name === page
      ? html`<a href="${path}" aria-current="page">${label}${badge}</a>`
      : html`<a href="${path}">${label}${badge}</a>`;
  });
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · local relay</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<header><p class="name">marketo-relay <span class="quiet">on this machine</span></p><nav>${links}</nav></header>
<main>
<h1>${title}</h1>
${notice === undefined ? '' : html`<p class="notice ${notice.tone}" role="status">${notice.text}</p>`}
${body}
</main>
</body>
</html>`;
}

/** The token that every form carries: another page in the browser cannot know it. */
function tokenField(token: string): Html {
  return html`<input type="hidden" name="token" value="${token}">`;
}

/** A page that has one thing to say. */
function layoutText(text: string): Html {
  return html`<p class="empty">${text}</p>`;
}

export type { Notice };
export { layout, layoutText, tokenField };
