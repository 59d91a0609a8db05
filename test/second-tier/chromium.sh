# A browser for test/local/serve/browser.test.ts, where this machine may install one.
command -v chromium || { apt-get update -q && apt-get install -y -q --no-install-recommends chromium; }
