// What `.ci/axe` asks of every page, in Chromium by way of Playwright. Its libraries are beside it when it runs.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [folder, profile, screenshots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const views = [
  ...[1280, 390].flatMap((width) => ['light', 'dark'].map((scheme) => ({ width, scheme, media: 'screen' }))),
  // The width that A4 leaves between its margins, also where somebody prefers dark: paper is white.
  ...['light', 'dark'].map((scheme) => ({ width: 720, scheme, media: 'print' })),
];

let problems = 0;
const complain = (where, what) => {
  problems += 1;
  console.error(`${where}: ${what}`);
};

// axe runs in the page, whose policy forbids scripts: the test alone bypasses it.
const context = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium', args: flags, bypassCSP: true, offline: true,
});
const files = readdirSync(folder).filter((name) => name.endsWith('.html')).sort();
for (const file of files) {
  for (const view of views) {
    await look(file, view);
  }
}
await context.close();
console.log(`${files.length} pages, ${views.length} views each, ${problems} problems`);
process.exitCode = problems > 0 || files.length === 0 ? 1 : 0;

async function look(file, { width, scheme, media }) {
  const where = `${file} at ${width}, ${scheme}, ${media}`;
  const url = pathToFileURL(join(folder, file)).href;
  const page = await context.newPage();
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ media, colorScheme: scheme });
  page.on('request', (request) => {
    if (request.url() !== url && request.url() !== 'data:,') complain(where, `it asks for ${request.url()}`);
  });
  page.on('console', (message) => complain(where, `console: ${message.text()}`));
  page.on('pageerror', (error) => complain(where, `script: ${error.message}`));
  page.on('dialog', (dialog) => { complain(where, 'a dialog'); dialog.dismiss(); });
  await page.goto(url, { waitUntil: 'load' });
  if (screenshots) await page.screenshot({ path: join(folder, `${file}-${width}-${scheme}-${media}.png`), fullPage: true });
  await fits(page, where, 'as it opens');
  // What is folded away is to be read as well.
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
  await fits(page, where, 'unfolded');
  if (media === 'print' && screenshots) await page.pdf({ path: join(folder, `${file}-${scheme}.pdf`), format: 'A4' });
  if (media === 'screen') await accessible(page, where);
  await page.close();
}

async function fits(page, where, state) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) complain(where, `${state}, it is ${over} pixels wider than the page`);
}

async function accessible(page, where) {
  await page.evaluate(axe);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await page.evaluate((values) => axe.run({ runOnly: { type: 'tag', values } }), tags);
  for (const { id, help, nodes } of violations) {
    complain(where, `${id} (${help}): ${nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
  }
}
