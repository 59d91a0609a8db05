import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, launchBrowser, whyNot } from './chromium.ts';
import { misspelt, type ServedUnderTest, startServed } from './served-relay.ts';

const PHONE = { width: 390, height: 844 };

describe.skipIf(browserPath === undefined)(`the page in a browser${whyNot}`, () => {
  let under: ServedUnderTest;
  let browser: Browser;

  beforeAll(async () => {
    under = await startServed({ fake: { callLogSize: 50 } });
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await under?.stop();
  });

  /** Runs in a fresh profile; whatever the page complains of, and whatever asks for another host, fails it. */
  async function onPage(
    path: string,
    options: Parameters<Browser['newContext']>[0],
    act: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(under.served.pageUrl)) complaints.push(`asked for ${request.url()}`);
    });
    try {
      await page.goto(new URL(path, under.served.pageUrl).href);
      await act(page);
      expect(complaints).toEqual([]);
    } finally {
      await context.close();
    }
  }

  it('lets a letter be mended and sent again by clicking', async () => {
    await under.relay.publish([misspelt('order-7')]);
    await expect.poll(() => under.relay.lyingLetters().length, { timeout: 10_000 }).toBe(1);

    await onPage('/', {}, async (page) => {
      await page.getByRole('link', { name: 'Dead letters' }).click();
      await page.getByRole('link', { name: 'order-7' }).click();
      const text = await page.getByRole('textbox').inputValue();
      await page.getByRole('textbox').fill(text.replace('favouriteColour', 'no such field'));
      await page.getByRole('textbox').fill(text.replace('favouriteColour', 'lastName').replace('green', 'Lovelace'));
      await page.getByRole('button', { name: 'Send again' }).click();
      await expect.poll(() => page.getByRole('status').textContent()).toContain('Sent again: order-7');
    });

    expect(under.relay.lyingLetters()).toEqual([]);
    const lastName = (): unknown =>
      under.relay.fake?.database.leadsByEmail('ada@example.com')[0]?.fields.get('lastName');
    await expect.poll(lastName, { timeout: 10_000 }).toBe('Lovelace');
  });

  it('runs no script of a hostile letter', async () => {
    const evil = '</textarea><script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">';
    const failure = { level: 'record', code: '1006', name: evil, message: evil, meaning: evil, remedy: evil };
    const letter = {
      deadLetter: 1,
      relayId: 'evil',
      failure,
      message: { body: evil, attributes: {} },
      request: { body: evil },
    };
    const QueueUrl = under.relay.deadLetterQueueUrl;
    await under.relay.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(letter) }));

    await onPage('/letters', {}, async (page) => {
      expect(await page.title()).toContain('Dead letters');
      expect(await page.locator('img').count()).toBe(0);
      await page.getByRole('link', { name: 'evil' }).click();
      expect(await page.title()).toContain('Letter evil');
      expect(await page.getByRole('textbox').inputValue()).toContain('<script>');
      expect(await page.locator('img, script:not([src])').count()).toBe(0);
    });
  });

  it('shows what changes without being reloaded, and a fault that is switched on', async () => {
    await onPage('/', {}, async (page) => {
      const badge = page.locator('[data-letters]');
      const before = Number(await badge.textContent());
      await under.relay.publish(['{"path":"nowhere"}']);
      await expect.poll(async () => Number(await badge.textContent()), { timeout: 10_000 }).toBe(before + 1);

      await page.getByRole('button', { name: 'Switch on outage' }).click();
      await page.getByRole('heading', { name: 'Faults that are on' }).waitFor();
      expect(under.relay.fake?.switches.active()).toMatchObject([{ kind: 'outage' }]);
      await page.getByRole('button', { name: 'Switch off' }).click();
      await page.getByRole('heading', { name: 'Faults that are on' }).waitFor({ state: 'detached' });
      expect(under.relay.fake?.switches.active()).toEqual([]);
    });
  });

  it.each(['/', '/letters', '/marketo'])('needs no sideways scrolling at the width of a phone: %s', async (path) => {
    await onPage(path, { viewport: PHONE }, async (page) => {
      const widths = await page.evaluate('[document.documentElement.scrollWidth, window.innerWidth]');
      const [content = 0, window = 0] = widths as number[];

      expect(content).toBeLessThanOrEqual(window);
    });
  });

  it('is dark on a dark screen and light on a light one', async () => {
    const ground = async (colorScheme: 'dark' | 'light'): Promise<number> => {
      let brightness = 0;
      await onPage('/', { colorScheme }, async (page) => {
        const colour = String(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
        brightness = Math.max(...(colour.match(/\d+/g) ?? []).map(Number));
      });
      return brightness;
    };

    expect(await ground('dark')).toBeLessThan(64);
    expect(await ground('light')).toBeGreaterThan(192);
  });

  it('works without its script', async () => {
    await onPage('/', { javaScriptEnabled: false }, async (page) => {
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.getByRole('button', { name: 'Pause' }).waitFor();
      expect(under.relay.mapping.isEnabled()).toBe(true);
    });
  });
});
