// Fetches what changes every second, and does nothing else: all of the page works without it.
const live = document.querySelector('#live');
const EVERY_MS = 1000;

async function refresh() {
  // Whoever is about to press a button in it must not lose it.
  if (document.hidden || live.contains(document.activeElement)) return;
  const reply = await fetch('/live', { headers: { accept: 'text/html' } });
  if (!reply.ok || live.contains(document.activeElement)) return;
  live.innerHTML = await reply.text();
  live.classList.remove('stale');
  const count = live.querySelector('[data-count]')?.dataset.count;
  for (const badge of document.querySelectorAll('[data-letters]')) badge.textContent = count ?? '';
}

if (live !== null) {
  const again = () =>
    setTimeout(
      () =>
        refresh()
          .catch(() => live.classList.add('stale'))
          .finally(again),
      EVERY_MS,
    );
  again();
}
