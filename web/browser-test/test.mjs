// Opens bootrace.html from the disk in Chromium and uses it as an engineer would; holds its results against those of bootrace.
//   node test.mjs [--screenshots FOLDER] bootrace.html BOOTRACE SAMPLE-TRACES
// CHROMIUM names the browser; without it /usr/bin/chromium is used. The packages are those of reports/browser-test.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import assert from 'node:assert/strict';
import { PATIENCE, analysed, axe, check, drop, equal, finish, launch, nativeReports, openPage, report } from './common.mjs';

const given = process.argv.slice(2);
const pictures = given[0] === '--screenshots' ? given.splice(0, 2)[1] : null;
if (given.length !== 3) {
  console.error('usage: node test.mjs [--screenshots FOLDER] bootrace.html BOOTRACE SAMPLE-TRACES');
  process.exit(2);
}
const [html, bootrace, sampleTraces] = given.map((path) => resolve(path));
const url = pathToFileURL(html).href;
const samples = fileURLToPath(new URL('../../sample-traces/samples/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bootrace-web-'));

const native = nativeReports(bootrace, folder);
const browser = await launch();
const open = (options) => openPage(browser, url, options);

async function saved(page, ending) {
  const waiting = page.waitForEvent('download');
  await page.locator(`[data-save="${ending}"]`).click();
  const download = await waiting;
  assert.equal(download.suggestedFilename(), `report.${ending}`);
  return readFileSync(await download.path());
}

async function issues(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], iframes: false }));
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).slice(0, 3).join(', ')}`);
}

// --- what is dropped --------------------------------------------------------------------------------------------

const make = (name, ...options) => {
  const path = join(folder, name);
  execFileSync(sampleTraces, ['write', '--scenario', 'driver-queue-access-denied', '--noise', '3000', '-o', path, ...options], { stdio: 'ignore' });
  return path;
};
const sample = (name) => join(samples, name);
const pml = sample('driver-queue-access-denied.pml');
const cbs = sample('driver-queue-access-denied.CBS.log');

const etl = make('boot.etl');
const csv = join(folder, 'boot.csv');
execFileSync(bootrace, ['events', pml, '--format', 'procmon-csv', '-o', csv], { stdio: 'ignore' });

const inFolder = join(folder, 'case 4711');
mkdirSync(join(inFolder, 'Logs', 'CBS'), { recursive: true });
copyFileSync(pml, join(inFolder, 'boot.pml'));
copyFileSync(cbs, join(inFolder, 'Logs', 'CBS', 'CBS.log'));
writeFileSync(join(inFolder, 'case.md'), 'The second attempt; the first one was on Monday.\n');
writeFileSync(join(inFolder, 'photo.jpg'), Buffer.from([0xff, 0xd8, 0xff, 0xe0, ...new Array(200_000).fill(7)]));
writeFileSync(join(inFolder, 'empty.log'), '');

const zip = join(folder, 'case.zip');
execFileSync('python3', ['-m', 'zipfile', '-c', zip, join(inFolder, 'boot.pml'), join(inFolder, 'Logs')]);

const pair = (name) => [sample(`${name}.pml`), sample(`${name}.CBS.log`)];
const cases = [
  ['a boot log and CBS.log', [pml, cbs]],
  ['a boot log with the growth of the log', pair('driver-queue-log-growth')],
  ['a boot log whose names are not found', pair('driver-queue-name-not-found')],
  ['a boot log alone', [pml]],
  ['an ETW trace', [etl]],
  ['a raw boot log', [sample('same-case/Procmon.pmb')]],
  ["an export of Process Monitor's", [csv]],
  ['a .zip', [zip]],
  ['a folder', [inFolder]],
  ['a mix of all', [etl, zip, inFolder, cbs]],
];

for (const [name, files] of cases) {
  await check(`${name}: report.json, report.html, report.pmc and summary equal those of bootrace`, async () => {
    const { page, context, offences } = await open();
    const wanted = native(files);
    await drop(page, files);
    await analysed(page);
    equal(await saved(page, 'json'), wanted('json'), 'report.json');
    equal(await saved(page, 'html'), wanted('html'), 'report.html');
    equal(await saved(page, 'pmc'), wanted('pmc'), 'report.pmc');
    assert.deepEqual(offences, []);
    await context.close();
  });
}

await check('the report that is shown is report.html, and its script runs', async () => {
  const { page, context, offences } = await open();
  await drop(page, [pml, cbs]);
  await analysed(page);
  const verdict = JSON.parse(await saved(page, 'json')).verdict;
  const shown = report(page);
  assert.ok((await shown.locator('h1').innerText()).includes(verdict.headline?.en || ''));
  assert.ok(await shown.locator('#copy-summary').isVisible(), 'its script did not run');
  await shown.locator('#only-failures').check();
  await shown.locator('#clear').click();
  await shown.locator('.chain a[href^="#"]:visible').last().click();
  assert.equal(await shown.locator('tr.chosen, tr:target').count(), 1);
  assert.deepEqual(offences, []);
  await context.close();
});

await check('the report that is shown gets the hashes of its inputs, and is then report.html', async () => {
  const { page, context, offences } = await open();
  await drop(page, [pml, cbs]);
  await analysed(page);
  const cells = report(page).locator('td.hash');
  await cells.filter({ hasText: /^[0-9a-f]{64}$/ }).nth(1).waitFor();
  const shown = await cells.evaluateAll((all) => all.map((cell) => cell.innerHTML));
  const inputs = JSON.parse(native([pml, cbs])('json')).inputs;
  assert.deepEqual(shown, inputs.map(({ sha256 }) => `<bdi>${sha256}</bdi>`));
  const rendered = (await saved(page, 'html')).toString();
  for (const cell of shown) assert.ok(rendered.includes(`hash">${cell}<`));
  assert.deepEqual(offences, []);
  await context.close();
});

await check('a good boot is compared', async () => {
  const good = pair('driver-queue-log-growth');
  const { page, context, offences } = await open();
  await drop(page, good, '#zone-good');
  await page.locator('#given-good li').nth(1).waitFor();
  await drop(page, [pml, cbs]);
  await analysed(page);
  const wanted = native([pml, cbs], { good });
  equal(await saved(page, 'json'), wanted('json'), 'report.json');
  assert.deepEqual(offences, []);
  await context.close();
});

await check('a good boot dropped on the report is compared', async () => {
  const good = [sample('driver-queue-log-growth.pml')];
  const { page, context, offences } = await open();
  await page.locator('#files-case').setInputFiles([pml, cbs]);
  await analysed(page);
  await page.evaluate(() => { document.getElementById('dropping').hidden = false; });
  await drop(page, good, '#drop-good');
  await page.locator('#working:not([hidden])').waitFor();
  await analysed(page);
  equal(await saved(page, 'json'), native([pml, cbs], { good })('json'), 'report.json');
  assert.deepEqual(offences, []);
  await context.close();
});

await check('a chosen folder gives what the dropped one gives', async () => {
  const { page, context, offences } = await open();
  await page.locator('#folder-case').setInputFiles(inFolder);
  await analysed(page);
  equal(await saved(page, 'json'), native([inFolder])('json'), 'report.json');
  assert.deepEqual(offences, []);
  await context.close();
});

await check('a Chinese browser gets the page and the report in Chinese', async () => {
  const { page, context, offences } = await open({ locale: 'zh-CN' });
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
  assert.equal(await page.locator('#start-title .zh').isVisible(), true);
  assert.equal(await page.locator('#start-title .en').isVisible(), false);
  await drop(page, [pml, cbs]);
  await analysed(page);
  assert.ok(await report(page).locator('.outcome .zh').isVisible());
  equal(await saved(page, 'html'), native([pml, cbs], { lang: 'zh-CN' })('html'), 'report.html');
  await page.locator('label[for="lang-en"]').click();
  assert.ok(await report(page).locator('.outcome .en').isVisible(), 'the report stays Chinese');
  assert.deepEqual(offences, []);
  await context.close();
});

await check('the summary is copied', async () => {
  const { page, context } = await open();
  await drop(page, [pml, cbs]);
  await analysed(page);
  await page.locator('#copy-summary').click();
  await page.locator('#status:not(:empty)').waitFor();
  await page.evaluate(() => {
    const area = document.createElement('textarea');
    area.id = 'pasted';
    document.body.append(area);
    area.focus();
  });
  await page.keyboard.press('Control+V');
  assert.equal(await page.locator('#pasted').inputValue(), native([pml, cbs])('txt').toString());
  await context.close();
});

// --- the search of events ---------------------------------------------------------------------------------------

async function searched(page, files) {
  await drop(page, files);
  await analysed(page);
  await page.locator('#tab-events').click();
  await page.locator('#event-rows tbody tr').first().waitFor();
}

async function search(page, conditions) {
  await page.locator('#conditions').fill(conditions);
  await page.evaluate(() => document.getElementById('count').replaceChildren());
  await page.locator('#conditions').press('Enter');
  await page.locator('#count:not(:empty), #search-error:not(:empty)').first().waitFor();
}

const nativeEvents = (file, conditions, columns) => {
  const where = conditions.flatMap((condition) => ['--where', condition]);
  return execFileSync(bootrace, ['events', file, ...where, '--format', 'csv', '--columns', columns], { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 });
};
const AT_FIRST = 'time-of-day,process-name,pid,operation,path,result';

for (const [name, file, conditions] of [
  ['a boot log', pml, ['result is "ACCESS DENIED"', 'path contains .inf']],
  ['an ETW trace', etl, ['operation is CreateFile', 'result is not SUCCESS']],
  ['an export', csv, ['process-name is TiWorker.exe']],
]) {
  await check(`the search of ${name} finds and saves what bootrace events writes`, async () => {
    const { page, context, offences } = await open();
    await searched(page, [file]);
    await search(page, conditions.join('\n'));
    const wanted = nativeEvents(file, conditions, AT_FIRST);
    const lines = wanted.toString().trimEnd().split('\n').length - 1;
    assert.ok(lines > 0);
    assert.equal(await page.locator('#count .en').innerText(), `${lines.toLocaleString('en')} events`);
    const waiting = page.waitForEvent('download');
    await page.locator('#save-csv').click();
    equal(readFileSync(await (await waiting).path()), wanted, 'events.csv');
    assert.deepEqual(offences, []);
    await context.close();
  });
}

await check('every row can be reached: by the keyboard, by the wheel, by the bar', async () => {
  const { page, context, offences } = await open();
  await searched(page, [pml]);
  const all = Number((await page.locator('#count .en').innerText()).replace(/\D/g, ''));
  const last = page.locator(`#event-rows tr[data-at="${all - 1}"]`);
  const first = page.locator('#event-rows tr[data-at="0"]');
  await page.locator('#scroller').focus();
  await page.keyboard.press('End');
  await last.waitFor();
  await page.locator(`#event-rows tr[data-at="${all - 1}"][aria-current]`).waitFor();
  await page.locator('#event-title').waitFor();
  await page.keyboard.press('Home');
  await first.waitFor();
  await page.locator('#scroller').evaluate((element) => { element.scrollTop = element.scrollHeight; });
  await last.waitFor();
  const box = await last.boundingBox();
  const frame = await page.locator('#scroller').boundingBox();
  assert.ok(box.y + box.height <= frame.y + frame.height + 1, 'the last row is cut');
  await page.locator('#scroller').hover();
  for (let turn = 0; turn < 8; turn += 1) await page.mouse.wheel(0, -30_000);
  await first.waitFor();
  assert.deepEqual(offences, []);
  await context.close();
});

await check('the failing operation of the report is shown among all events, whole', async () => {
  const { page, context, offences } = await open();
  await drop(page, [pml, cbs]);
  await analysed(page);
  const failing = JSON.parse(await saved(page, 'json')).verdict.failing_operation;
  await page.locator('#jump').click();
  const row = page.locator('#event-rows tr[aria-current]');
  await row.waitFor();
  assert.ok((await row.innerText()).includes(failing.path));
  await page.locator('#event-columns div').first().waitFor();
  const shown = await page.locator('#event-columns').innerText();
  for (const text of [failing.path, failing.result, failing.status]) assert.ok(shown.includes(text), `${text} is not in ${shown}`);
  // A row of the evidence, chosen in the report.
  await page.locator('#tab-report').click();
  const link = report(page).locator('a[href^="#e0-"]:visible').first();
  const id = (await link.getAttribute('href')).slice(1);
  await link.click();
  await page.locator('#jump').click();
  await page.locator(`#event-rows tr[aria-current][data-number="${id.split('-')[1]}"]`).waitFor();
  assert.deepEqual(offences, []);
  await context.close();
});

await check('columns are chosen, and a wrong condition is told', async () => {
  const { page, context, offences } = await open();
  await searched(page, [pml]);
  await page.locator('.choose-columns summary').click();
  await page.locator('#column-detail').check();
  await page.locator('#event-rows th[data-column="detail"]').waitFor();
  await page.locator('#event-rows td[data-column="detail"]:not(:empty)').first().waitFor();
  await page.locator('#column-pid').uncheck();
  assert.equal(await page.locator('#event-rows th[data-column="pid"]').count(), 0);
  await page.locator('.choose-columns summary').click();
  await search(page, 'colour is red');
  assert.ok((await page.locator('#search-error').innerText()).includes('colour'));
  await search(page, 'path is "no such path"');
  assert.equal(await page.locator('#count .en').innerText(), '0 events');
  assert.equal(await page.locator('#event-rows tbody tr').count(), 0);
  for (const colorScheme of ['light', 'dark']) {
    await search(page, 'result is "ACCESS DENIED"');
    await page.locator('#event-rows tbody tr').first().click();
    await page.locator('#event:not([hidden])').waitFor();
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await issues(page), []);
  }
  assert.deepEqual(offences, []);
  await context.close();
});

// --- what is broken ---------------------------------------------------------------------------------------------

const write = (name, bytes) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const whole = readFileSync(pml);
const noise = Buffer.alloc(100_000);
for (let at = 0, seed = 7; at < noise.length; at += 1) {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  noise[at] = seed >> 16;
}
const damaged = Buffer.from(whole);
for (let at = 400; at < damaged.length; at += 97) damaged[at] ^= 0xff;
const etlBytes = readFileSync(etl);
const broken = [
  ['an empty file', write('empty.pml', '')],
  ['noise', write('noise.pml', noise)],
  ['noise behind the signature of a PML', write('signed.pml', Buffer.concat([Buffer.from('PML_'), noise]))],
  ['a header of a PML alone', write('header.pml', whole.subarray(0, 100))],
  ['text', write('notes.log', 'nothing of interest\n'.repeat(100))],
  ['noise behind the signature of a .zip', write('signed.zip', Buffer.concat([Buffer.from('PK\x03\x04'), noise]))],
  ['noise behind the header of an ETW trace', write('signed.etl', Buffer.concat([etlBytes.subarray(0, 0x60), noise]))],
  ['an event log of noise', write('signed.evtx', Buffer.concat([Buffer.from('ElfFile\0'), noise]))],
  ['a hive of noise', write('signed.hive', Buffer.concat([Buffer.from('regf'), noise]))],
];
for (const [name, path] of broken) {
  await check(`${name}: what bootrace says of it, and the page lives on`, async () => {
    const { page, context, offences } = await open();
    let wanted = null;
    try { wanted = native([path]); } catch { /* bootrace refuses it */ }
    await drop(page, [path]);
    await page.locator('#frame iframe, #failed:not([hidden])').first().waitFor({ timeout: PATIENCE });
    if (wanted) {
      await analysed(page);
      equal(await saved(page, 'json'), wanted('json'), 'report.json');
      await page.locator('#again').click();
    } else {
      assert.ok(await page.locator('#failed').isVisible(), 'bootrace refuses it, the page does not');
      assert.ok((await page.locator('#failed-files').innerText()).includes(basename(path)), await page.locator('#failed').innerText());
      assert.deepEqual(await issues(page), []);
      await page.locator('#back').click();
    }
    await drop(page, [pml, cbs]);
    await analysed(page);
    assert.deepEqual(offences, []);
    await context.close();
  });
}
for (const [name, bytes] of [['cut off', whole.subarray(0, whole.length / 2)], ['damaged', damaged]]) {
  await check(`a boot log that is ${name}: report.json equals that of bootrace`, async () => {
    const path = write(`${name}.pml`, bytes);
    const { page, context, offences } = await open();
    await drop(page, [path, cbs]);
    await analysed(page);
    equal(await saved(page, 'json'), native([path, cbs])('json'), 'report.json');
    assert.deepEqual(offences, []);
    await context.close();
  });
}

await check('names that look like markup stay text', async () => {
  const path = write('<img src=x onerror=alert(1)>.pml', whole);
  const { page, context, offences } = await open();
  await drop(page, [path, write('<b>bad.pml', noise)]);
  await analysed(page);
  assert.ok((await page.locator('#case-name').innerText()).includes('<img src=x'));
  assert.ok((await page.locator('#unread-files').textContent()).includes('<b>bad.pml'));
  assert.equal(await page.locator('main img, main b').count(), 0);
  assert.deepEqual(offences, []);
  await context.close();
});

await check('a file above 2 GiB is refused with the command line', async () => {
  const path = join(folder, 'large boot.pml');
  const file = openSync(path, 'w');
  writeSync(file, whole.subarray(0, 70_000));
  closeSync(file);
  truncateSync(path, 2 ** 31);
  const { page, context, offences } = await open();
  await drop(page, [path, cbs]);
  await page.locator('#failed:not([hidden])').waitFor({ timeout: PATIENCE });
  const why = await page.locator('#failed-why').innerText();
  assert.ok(why.includes('2 GiB') && why.includes(`bootrace report "large boot.pml" ${basename(cbs)}`), why);
  assert.deepEqual(offences, []);
  await context.close();
});

await check('an analysis can be cancelled', async () => {
  const path = join(folder, 'zeros.pml');
  const file = openSync(path, 'w');
  writeSync(file, whole);
  closeSync(file);
  truncateSync(path, 2 ** 30);
  const { page, context, offences } = await open();
  await drop(page, [path]);
  await page.locator('#cancel').waitFor();
  await page.locator('#cancel').click();
  assert.ok(await page.locator('#start').isVisible());
  await drop(page, [pml]);
  await analysed(page);
  assert.deepEqual(offences, []);
  await context.close();
});

// --- the page itself --------------------------------------------------------------------------------------------

await check('axe-core finds no issue: start, report, in both languages, light and dark', async () => {
  const { page, context } = await open();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await issues(page), []);
  }
  await page.locator('label[for="lang-zh"]').click();
  assert.deepEqual(await issues(page), []);
  await drop(page, [pml, cbs, write('noise2.pml', noise)]);
  await analysed(page);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await issues(page), []);
  }
  await context.close();
});

await check('the keyboard reaches every control of the start', async () => {
  const { page, context } = await open();
  const reached = [];
  for (let press = 0; press < 12; press += 1) {
    await page.keyboard.press('Tab');
    reached.push(await page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName));
  }
  for (const id of ['skip', 'lang-en', 'SUMMARY', 'files-case', 'folder-case', 'files-good', 'folder-good']) assert.ok(reached.includes(id), `${id}: ${reached}`);
  await context.close();
});

for (const width of [800, 390]) {
  await check(`nothing scrolls sideways at ${width} pixels`, async () => {
    const { page, context } = await open({ viewport: { width, height: 800 } });
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok((await wide()) <= 0, 'start');
    await drop(page, [pml, cbs]);
    await analysed(page);
    assert.ok((await wide()) <= 0, 'report');
    await context.close();
  });
}

await check('bootrace.html has at most 3 MB', async () => assert.ok(readFileSync(html).length <= 3_000_000));

if (pictures) {
  mkdirSync(pictures, { recursive: true });
  for (const [name, options] of [['en', {}], ['zh', { locale: 'zh-CN' }], ['dark', { colorScheme: 'dark' }], ['narrow', { viewport: { width: 390, height: 800 } }]]) {
    const { page, context } = await open(options);
    const shot = (what) => page.screenshot({ path: join(pictures, `${name}-${what}.png`) });
    await shot('start');
    await drop(page, [broken[1][1]]);
    await page.locator('#failed:not([hidden])').waitFor({ timeout: PATIENCE });
    await shot('failed');
    await page.locator('#back').click();
    await drop(page, [pml, cbs]);
    await analysed(page);
    await shot('report');
    await page.locator('#jump').click();
    await page.locator('#event:not([hidden])').waitFor();
    await page.waitForTimeout(300);
    await shot('events');
    await context.close();
  }
}

await browser.close();
rmSync(folder, { recursive: true });
finish();
