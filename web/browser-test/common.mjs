// What the tests and the measurement share: a browser, a page in it, files dropped on that, and how a check is counted.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import assert from 'node:assert/strict';

export const shared = createRequire(new URL('../../reports/browser-test/package.json', import.meta.url));
const { chromium } = shared('playwright-core');
export const axe = readFileSync(shared.resolve('axe-core/axe.min.js'), 'utf8');
export const PATIENCE = 120_000;

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

// A page, and what it must not do: ask for anything but what it made itself, or complain.
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'en-US', offline: true, acceptDownloads: true, ...options });
  const page = await context.newPage();
  const offences = [];
  page.on('request', (request) => {
    const asked = request.url();
    if (asked.split('#')[0] !== url && !asked.startsWith('data:') && !asked.startsWith('blob:')) offences.push(`request ${asked}`);
  });
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) offences.push(`console: ${message.text()}`); });
  page.on('pageerror', (error) => offences.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => { offences.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  await page.goto(url);
  return { page, context, offences };
}

// Drops files and folders of the disk on an element, as a file manager does.
export async function drop(page, paths, selector = '#zone-case') {
  const client = await page.context().newCDPSession(page);
  const box = await page.locator(selector).boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + 20];
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) await client.send('Input.dispatchDragEvent', { type, x, y, data });
  await client.detach();
}

export const report = (page) => page.frameLocator('#frame iframe');

export async function analysed(page) {
  await page.locator('#frame iframe, #failed:not([hidden])').first().waitFor({ timeout: PATIENCE });
  assert.equal(await page.locator('#failed').isVisible(), false, await page.locator('#failed').innerText());
  await report(page).locator('#verdict-title').waitFor();
}

const counts = { passed: 0, failed: 0 };

// Runs one check and prints how it ended.
export async function check(name, test) {
  try {
    await test();
    counts.passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    counts.failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error.message).split('\n').slice(0, 12).join('\n        ')}`);
  }
}

// Prints the closing line.
export function finish() {
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed ? 1 : 0;
}

// What bootrace itself writes of files, by the ending of the report.
export const nativeReports = (bootrace, folder) => (files, { good = [], lang = 'en' } = {}) => {
  const out = mkdtempSync(join(folder, 'native-'));
  const baseline = good.flatMap((path) => ['--baseline', path]);
  execFileSync(bootrace, ['report', ...files, ...baseline, '-o', out, '--format', 'html,json,pmc,text', '--lang', lang], { stdio: 'ignore' });
  return (ending) => readFileSync(join(out, `report.${ending}`));
};

export function equal(made, wanted, what) {
  if (made.equals(wanted)) return;
  let at = 0;
  while (made[at] === wanted[at]) at += 1;
  const around = (bytes) => bytes.subarray(Math.max(0, at - 60), at + 60).toString();
  assert.fail(`${what} differs at byte ${at} of ${wanted.length}:\n${around(made)}\n${around(wanted)}`);
}
