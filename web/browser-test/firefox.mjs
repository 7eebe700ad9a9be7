// Opens bootrace.html from the disk in Firefox; holds its results against those of bootrace.
//   node firefox.mjs bootrace.html BOOTRACE
// FIREFOX names the browser; without it /usr/bin/firefox-esr is used. The packages are those of reports/browser-test.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import assert from 'node:assert/strict';
import { PATIENCE, check, equal, finish, nativeReports, shared } from './common.mjs';

const given = process.argv.slice(2);
if (given.length !== 2) {
  console.error('usage: node firefox.mjs bootrace.html BOOTRACE');
  process.exit(2);
}
const [html, bootrace] = given.map((path) => resolve(path));
const url = pathToFileURL(html).href;
const sample = (name) => fileURLToPath(new URL(`../../sample-traces/samples/${name}`, import.meta.url));
const pml = sample('driver-queue-access-denied.pml');
const cbs = sample('driver-queue-access-denied.CBS.log');
const folder = mkdtempSync(join(tmpdir(), 'bootrace-firefox-'));
const downloads = join(folder, 'downloads');
mkdirSync(downloads);

const native = nativeReports(bootrace, folder);
const { default: puppeteer } = await import(shared.resolve('puppeteer-core'));
const browser = await puppeteer.launch({
  browser: 'firefox',
  executablePath: process.env.FIREFOX || '/usr/bin/firefox-esr',
  headless: true,
  extraPrefsFirefox: { 'browser.download.folderList': 2, 'browser.download.dir': downloads, 'browser.download.useDownloadDir': true },
});
console.log(await browser.version());

// A page with the report of files, and what it must not do.
async function analysed(files) {
  const page = await browser.newPage();
  const offences = [];
  page.on('request', (request) => {
    if (request.url() !== url && !/^(data|blob):/.test(request.url())) offences.push(`request ${request.url()}`);
  });
  page.on('console', (message) => { if (['error', 'warn'].includes(message.type())) offences.push(`console: ${message.text()}`); });
  page.on('pageerror', (error) => offences.push(`error: ${error.message}`));
  await page.goto(url);
  await (await page.$('#files-case')).uploadFile(...files);
  await page.waitForSelector('#frame iframe, #failed:not([hidden])', { timeout: PATIENCE });
  return { page, offences };
}

async function saved(page, ending) {
  const path = join(downloads, `report.${ending}`);
  await page.click(`[data-save="${ending}"]`);
  for (let waited = 0; waited < PATIENCE && readdirSync(downloads).join() !== `report.${ending}`; waited += 100) {
    await new Promise((done) => { setTimeout(done, 100); });
  }
  assert.ok(existsSync(path), `${path} was not saved`);
  const bytes = readFileSync(path);
  rmSync(path);
  return bytes;
}

for (const [name, files] of [
  ['a boot log and CBS.log', [pml, cbs]],
  ['an ETW trace', [sample('same-case/boot.etl')]],
  ['a raw boot log', [sample('same-case/Procmon.pmb')]],
]) {
  await check(`Firefox: ${name}: report.json and report.html equal those of bootrace`, async () => {
    const { page, offences } = await analysed(files);
    const wanted = native(files);
    equal(await saved(page, 'json'), wanted('json'), 'report.json');
    equal(await saved(page, 'html'), wanted('html'), 'report.html');
    assert.deepEqual(offences, []);
    await page.close();
  });
}

await check('Firefox: what is no input of bootrace gives an error on the page', async () => {
  const { page, offences } = await analysed([fileURLToPath(import.meta.url)]);
  assert.ok(await page.$('#failed:not([hidden])'));
  assert.deepEqual(offences, []);
  await page.close();
});

await check('Firefox: a search finds the failing operation', async () => {
  const { page, offences } = await analysed([pml, cbs]);
  await page.click('#tab-events');
  await page.type('#conditions', 'result is ACCESS DENIED');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('#event-rows tbody')?.innerText.includes('cpu.inf'), { timeout: PATIENCE });
  assert.deepEqual(offences, []);
  await page.close();
});

await browser.close();
rmSync(folder, { recursive: true });
finish();
