// Opens reports in Chromium and uses them as a reader would.
//   node test.mjs [--screenshots FOLDER] report.html…
// CHROMIUM names the browser; without it /usr/bin/chromium is used. Where pdftotext is installed, it reads what was printed.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const files = process.argv.slice(2);
const wantsPictures = files[0] === '--screenshots';
const pictures = wantsPictures ? files.splice(0, 2)[1] : null;
if (!files.length) {
  console.error('usage: node test.mjs [--screenshots FOLDER] report.html…');
  process.exit(2);
}
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCREEN = { width: 1366, height: 768 };
const LIMIT = 5 * 1024 * 1024;
// Of a log of usual size.
const USUAL_LIMIT = 1024 * 1024;
const LARGE = 1_000_000;
let readsPdf = true;
try {
  execFileSync('pdftotext', ['-v'], { stdio: 'ignore' });
} catch {
  readsPdf = false;
  console.log('SKIPPED: pdftotext is not installed: what is printed is measured, not read (apt-get install poppler-utils)');
}

let passed = 0;
let failed = 0;
async function check(name, test) {
  try {
    const skipped = await test();
    if (skipped === 'skip') return;
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error.message).split('\n').slice(0, 12).join('\n        ')}`);
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

// A page, and what it must not do: ask for anything, or complain.
async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: SCREEN, ...options });
  const page = await context.newPage();
  const offences = [];
  page.on('request', (request) => {
    const asked = request.url();
    if (asked.split('#')[0] !== url.split('#')[0] && !asked.startsWith('data:') && !asked.startsWith('blob:')) offences.push(`request ${asked}`);
  });
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) offences.push(`console: ${message.text()}`); });
  page.on('pageerror', (error) => offences.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => { offences.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  const begin = performance.now();
  await page.goto(url);
  return { page, context, offences, milliseconds: performance.now() - begin };
}

const within = (box, height) => box && box.y >= 0 && box.y + box.height <= height;

// What was copied, read by pasting it: a page opened from a file may not read the clipboard.
async function copied(page, button) {
  await page.evaluate(() => document.getElementById('status').replaceChildren());
  await page.locator(button).click();
  await page.locator('#status:not(:empty)').waitFor({ timeout: 5000 });
  await page.evaluate(() => {
    const area = document.createElement('textarea');
    area.id = 'pasted';
    document.body.append(area);
    area.focus();
  });
  await page.keyboard.press('Control+V');
  const text = await page.locator('#pasted').inputValue();
  await page.evaluate(() => document.getElementById('pasted').remove());
  return text;
}

async function issues(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return result.violations
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`);
}

async function testReport(file) {
  const path = resolve(file);
  const url = pathToFileURL(path).href;
  const name = `${basename(dirname(path))}/${basename(path)}`;
  const named = (what) => `${name}: ${what}`;
  const { page, context, offences, milliseconds } = await open(url);
  const count = (selector) => page.locator(selector).count();
  const chosen = () => page.locator('tr.chosen').getAttribute('id');
  const visibleRows = () => page.locator('#rows tbody tr').evaluateAll((rows) => rows.filter((row) => row.getClientRects().length).length);
  const rows = await count('#rows tbody tr');
  const failing = rows ? await page.locator('#rows').getAttribute('data-failing') : null;

  const report = JSON.parse(await page.locator('#report').textContent());
  const records = (report.inputs || []).reduce((sum, input) => sum + (input.records || 0), 0);
  const hostile = name.startsWith('hostile');

  const kilobytes = statSync(path).size / 1024;
  await check(named(`opens within a second (${milliseconds.toFixed(0)} ms), is small (${kilobytes.toFixed(0)} KiB of ${records} records)`), async () => {
    const limit = records >= LARGE || hostile ? LIMIT : USUAL_LIMIT;
    assert.ok(statSync(path).size <= limit, `${statSync(path).size} bytes`);
    assert.ok(milliseconds <= 1000, `${milliseconds.toFixed(0)} ms`);
  });

  await check(named('verdict visible at 1366 x 768'), async () => {
    for (const selector of ['.machine', '.outcome', 'h1', '#verdict .columns']) {
      assert.ok(await page.locator(selector).isVisible(), `${selector} is not visible`);
    }
    // Who, what, when, why, next. A narrow window is a little higher.
    const seen = ['.machine', '.outcome', 'h1', '#verdict .why li', '#verdict .facts > div', '#verdict .confidence', '#verdict .actions li', '#verdict .actions li .copy'];
    for (const size of [SCREEN, { width: 800, height: 900 }]) {
      await page.setViewportSize(size);
      for (const selector of hostile ? seen.slice(0, 2) : seen) {
        if (!(await count(selector))) continue;
        const box = await page.locator(selector).first().boundingBox();
        assert.ok(within(box, size.height), `${selector} ends at ${box.y + box.height} of ${size.height}`);
      }
    }
    await page.setViewportSize(SCREEN);
    assert.equal(await page.evaluate(() => scrollY), 0);
    assert.equal(await count('h1'), 1);
  });

  await check(named('no headline is cut, and each reason keeps its link'), async () => {
    if (hostile) return 'skip';
    for (const width of [SCREEN.width, 800, 390]) {
      await page.setViewportSize({ width, height: 900 });
      for (const tag of ['en', 'zh-CN']) {
        await page.evaluate((chosen) => document.getElementById(`lang-${chosen.slice(0, 2)}`).click(), tag);
        const cut = await page.locator('h1').evaluate((head) => head.scrollHeight - head.clientHeight);
        assert.ok(cut <= 1, `${cut} pixels of the headline are hidden at ${width} (${tag})`);
        const hidden = await page.locator('.sure li').evaluateAll((items) => items.filter((item) => [...item.querySelectorAll('a')]
          .some((link) => link.getClientRects().length && link.getBoundingClientRect().bottom > item.getBoundingClientRect().bottom + 1)).length);
        assert.equal(hidden, 0, `links of reasons are hidden at ${width} (${tag})`);
      }
    }
    await page.setViewportSize(SCREEN);
    await page.locator('label[for="lang-en"]').click();
  });

  await check(named("opens in the browser's language"), async () => {
    for (const [locale, tag] of [['zh-CN', 'zh-CN'], ['en-US', 'en']]) {
      const opened = await open(url, { locale });
      assert.equal(await opened.page.evaluate(() => document.documentElement.lang), tag);
      await opened.context.close();
    }
  });

  await check(named('text of the trace is text'), async () => {
    assert.notEqual(await page.title(), 'owned');
    assert.equal(await count('img, iframe, object, embed, base, [onerror], [onclick], [onload]'), 0);
    assert.equal(await count('a[href^="javascript:"]'), 0);
    assert.equal(await count('script'), 2);
    const hidden = await page.evaluate(() => /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText));
    assert.equal(hidden, false, 'a control character is in the text');
  });

  await check(named('language switch'), async () => {
    await page.locator('label[for="lang-zh"]').click();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
    assert.equal(await page.locator('#verdict .outcome .en').isVisible(), false);
    assert.equal(await page.locator('#verdict .outcome .zh').isVisible(), true);
    assert.match(await page.evaluate(() => location.href), /lang=zh-CN/);
    await page.locator('label[for="lang-en"]').click();
    assert.equal(await page.locator('#verdict .outcome .en').isVisible(), true);
    assert.equal(await page.locator('#verdict .outcome .zh').isVisible(), false);
  });

  await check(named('keyboard: help'), async () => {
    await page.keyboard.press('?');
    assert.ok(await page.locator('#help').isVisible());
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#help').isVisible(), false);
  });

  await check(named('keyboard: the failure'), async () => {
    if (!failing) return 'skip';
    await page.keyboard.press('.');
    assert.equal(await chosen(), failing);
    assert.ok(within(await page.locator('tr.chosen td').first().boundingBox(), SCREEN.height));
  });

  await check(named('keyboard: findings and their evidence'), async () => {
    const links = await page.locator('tr.finding').first().locator('a[href^="#"]').count().catch(() => 0);
    if (!(await count('tr.finding')) || !links) return 'skip';
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('j');
    assert.ok(await page.evaluate(() => document.activeElement.matches('tr.finding')));
    const first = await page.locator('tr.finding').first().locator('a[href^="#"]').first().getAttribute('href');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    assert.equal(`#${await chosen()}`, first);
  });

  await check(named('zoom and pan by keys'), async () => {
    if (!(await count('.timeline-drawing svg'))) return 'skip';
    await page.evaluate(() => document.activeElement.blur());
    const matrix = () => page.locator('.timeline-drawing .scaled').first().getAttribute('transform');
    await page.keyboard.press('0');
    const whole = await matrix();
    await page.keyboard.press('+');
    const zoomed = await matrix();
    assert.match(zoomed, /^matrix\(2 /);
    await page.keyboard.press('d');
    assert.notEqual(await matrix(), zoomed);
    await page.keyboard.press('0');
    assert.equal(await matrix(), whole);
  });

  await check(named('a stretch of the timeline filters the evidence'), async () => {
    if (!rows || !(await count('.timeline-drawing.wide-screen.en svg'))) return 'skip';
    const svg = page.locator('.timeline-drawing.wide-screen.en svg');
    await svg.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    const box = await svg.boundingBox();
    const right = box.x + box.width - 14;
    await page.mouse.move(right - 30, box.y + 80);
    await page.mouse.down();
    await page.mouse.move(right, box.y + 80, { steps: 4 });
    await page.mouse.up();
    assert.match(await page.evaluate(() => location.href), /;t=/);
    assert.equal(await page.locator('.selection').count() > 0, true);
    const picked = await visibleRows();
    await page.locator('#clear').click();
    assert.ok(picked <= rows);
  });

  await check(named('filter'), async () => {
    if (!rows) return 'skip';
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'filter');
    await page.keyboard.type('no such text anywhere');
    assert.ok((await visibleRows()) <= 1, 'rows remain that do not match');
    assert.equal(await page.locator('#no-match').isVisible(), (await visibleRows()) === 0);
    await page.locator('#clear').click();
    await page.locator('#only-failures').check();
    const failures = await count('#rows tbody tr.error');
    assert.ok((await visibleRows()) >= failures && (await visibleRows()) <= failures + 1);
    await page.locator('#clear').click();
  });

  await check(named('long tables show their first rows, and all on demand'), async () => {
    const sections = page.locator('section:has(.unfold)');
    for (let number = 0; number < await sections.count(); number += 1) {
      const shown = () => sections.nth(number).locator('table').first().locator('tbody tr:visible').count();
      const first = await shown();
      await sections.nth(number).locator('.unfold').click();
      assert.ok(first <= 10 && first < await shown(), `${first}, then ${await shown()}`);
    }
  });

  await check(named('heads stand above their rows, ids are unique'), async () => {
    // A head that stays in view lies above rows that were scrolled under it.
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
    const under = await page.locator('table:visible').evaluateAll((tables) => tables
      .filter((table) => table.tHead && table.tBodies[0].rows.length && table.tHead.getClientRects().length)
      .filter((table) => table.tHead.rows[0].cells[0].getBoundingClientRect().bottom > table.tBodies[0].getBoundingClientRect().top + 2)
      .map((table) => table.innerText.slice(0, 80)));
    assert.deepEqual(under, []);
    const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map((element) => element.id));
    assert.deepEqual(ids.filter((id, number) => ids.indexOf(id) !== number), []);
  });

  await check(named('the call stack opens'), async () => {
    const stack = page.locator('#rows details.stack:visible').first();
    if (!(await stack.count())) return 'skip';
    await stack.locator('summary').click();
    assert.ok(await stack.locator('li').first().isVisible());
    await stack.locator('summary').click();
  });

  await check(named('ten rows first, all on demand'), async () => {
    const more = page.locator('#show-all');
    if (!(await more.isVisible())) return 'skip';
    assert.ok((await visibleRows()) <= 12, `${await visibleRows()} rows at first`);
    await more.click();
    assert.equal(await visibleRows(), rows);
  });

  await check(named('the failing boot spans half of the timeline or more'), async () => {
    const incident = report.incident || {};
    if (hostile || !incident.boot_start || !(await count('.timeline-drawing.wide-screen.en svg'))) return 'skip';
    const data = await page.locator('.timeline-drawing.wide-screen.en svg').evaluate((svg) => ({ ...svg.dataset }));
    const boot = (Date.parse(incident.boot_end) - Date.parse(incident.boot_start)) / 1000;
    const share = boot / (Number(data.end) - Number(data.start));
    assert.ok(share >= 0.5, `${(share * 100).toFixed(0)} % of the width`);
  });

  await check(named('@ of the failing operation is under the length of its boot'), async () => {
    const { failing_operation: operation } = report.verdict;
    const incident = report.incident || {};
    if (hostile || !operation || !incident.boot_end) return 'skip';
    const at = Date.parse(operation.time) - Date.parse(report.clock.origin);
    assert.ok(at >= 0 && at <= Date.parse(incident.boot_end) - Date.parse(incident.boot_start), `@${at / 1000}`);
  });

  await check(named('wheel zoom'), async () => {
    if (!(await count('.timeline-drawing.wide-screen.en svg'))) return 'skip';
    const svg = page.locator('.timeline-drawing.wide-screen.en svg');
    await page.locator('#zoom-reset').click();
    await svg.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    const box = await svg.boundingBox();
    const matrix = () => page.locator('.timeline-drawing .scaled').first().getAttribute('transform');
    const before = await matrix();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.up();
    await page.mouse.wheel(0, -240);
    await page.waitForTimeout(100);
    assert.notEqual(await matrix(), before);
    await page.locator('#zoom-reset').click();
  });

  await check(named('each command can be copied'), async () => {
    const buttons = page.locator('.actions button.copy');
    if (hostile || !(await buttons.count())) return 'skip';
    for (let number = 0; number < await buttons.count(); number += 1) {
      const command = await page.locator('.actions .command code').nth(number).innerText();
      assert.equal(await copied(page, `.actions button.copy >> nth=${number}`), command);
    }
  });

  await check(named('the chain leads to its log lines and events'), async () => {
    const links = page.locator('.chain a[href^="#"]:visible');
    if (hostile || !(await links.count())) return 'skip';
    let lines = 0;
    for (let number = 0; number < await links.count(); number += 1) {
      const href = await links.nth(number).getAttribute('href');
      await links.nth(number).click();
      assert.equal(`#${await chosen()}`, href);
      lines += await count('tr.chosen.is-log');
    }
    const expected = (report.chain || []).filter((link) => link.evidence && link.evidence.line).length;
    assert.equal(lines, expected, 'lines of logs that the chain leads to');
  });

  await check(named('rows around the failure'), async () => {
    if (!failing || rows < 8) return 'skip';
    await page.locator('#around').selectOption('3');
    assert.ok((await visibleRows()) <= 8, `${await visibleRows()} rows`);
    assert.ok(await page.locator(`[id="${failing}"]`).isVisible());
    await page.locator('#clear').click();
  });

  await check(named('sort'), async () => {
    if (!rows) return 'skip';
    const head = page.locator('#rows thead th').first();
    const times = () => page.locator('#rows tbody tr td:first-child').evaluateAll((cells) => cells.map((cell) => Number(cell.dataset.v || 0)));
    await head.locator('button').click();
    assert.equal(await head.getAttribute('aria-sort'), 'ascending');
    await head.locator('button').click();
    assert.equal(await head.getAttribute('aria-sort'), 'descending');
    const down = await times();
    assert.deepEqual(down, [...down].sort((a, b) => b - a));
    await head.locator('button').click();
  });

  await check(named('copy summary'), async () => {
    const text = await copied(page, '#copy-summary');
    assert.ok(text.length > 20, `copied: ${text}`);
    assert.ok(text.trimEnd().split('\n').length <= 15);
    assert.match(text, /^(FAILED|OK|UNKNOWN) /m);
  });

  await check(named('copy rows'), async () => {
    if (!rows) return 'skip';
    const lines = (await copied(page, '#copy-rows')).trimEnd().split('\n');
    assert.ok(lines.length <= rows + 1);
    assert.equal(lines[0].split('\t').length, 7);
  });

  await check(named('link to one event'), async () => {
    if (!failing) return 'skip';
    const opened = await open(`${url}#${failing};n=3;lang=zh-CN`);
    assert.equal(await opened.page.locator('tr.chosen').getAttribute('id'), failing);
    assert.ok(within(await opened.page.locator('tr.chosen td').first().boundingBox(), SCREEN.height));
    assert.ok(await opened.page.locator('#verdict-title .zh, #verdict-title').first().isVisible());
    assert.equal(await opened.page.locator('#around').inputValue(), '3');
    await opened.context.close();
  });

  await check(named('the graph fits the page'), async () => {
    const node = page.locator('.graph-drawing.en .node.failing').first();
    if (!(await node.count())) return 'skip';
    const [box, frame] = [await node.boundingBox(), await page.locator('.graph-drawing.en').boundingBox()];
    assert.ok(box.x >= frame.x - 1 && box.x + box.width <= frame.x + frame.width + 1, `${box.x} … ${box.x + box.width}`);
    const letters = await page.locator('.graph-drawing.en svg text').evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect().height));
    assert.ok(Math.min(...letters) >= 9, `letters of ${Math.min(...letters).toFixed(1)} pixels`);
  });

  await check(named("Process Monitor's filter"), async () => {
    const link = page.locator('#evidence a[download="report.pmc"]');
    if (!(await link.count())) return 'skip';
    const waiting = page.waitForEvent('download');
    await link.click();
    const saved = readFileSync(await (await waiting).path());
    // Two records: each begins with its size, the size of its head, and its name in UTF-16.
    const second = saved.readUInt32LE(0);
    assert.equal(saved.toString('utf16le', 16, 16 + 22), 'FilterRules');
    assert.equal(saved.toString('utf16le', second + 16, second + 16 + 28), 'HighlightRules');
    assert.equal(second + saved.readUInt32LE(second), saved.length);
    const failure = report.verdict.failing_operation;
    if (!hostile) assert.ok(saved.includes(Buffer.from(failure.path, 'utf16le')));
  });

  await check(named('report.json is in the page'), async () => {
    assert.equal(report.schema_version, '1');
    const waiting = page.waitForEvent('download');
    await page.locator('#save-json').click();
    const saved = JSON.parse(readFileSync(await (await waiting).path(), 'utf8'));
    assert.deepEqual(saved, report);
  });

  await check(named('dark mode'), async () => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: 'light' });
    assert.equal(await ground(), 'rgb(255, 255, 255)');
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.notEqual(await ground(), 'rgb(255, 255, 255)');
    await page.locator('#theme').click();
    assert.equal(await ground(), 'rgb(255, 255, 255)');
    await page.locator('#theme').click();
    await page.emulateMedia({ colorScheme: 'light' });
    assert.notEqual(await ground(), 'rgb(255, 255, 255)');
    await page.locator('#theme').click();
  });

  await check(named('prints on three pages, verdict and chain on the first'), async () => {
    const pdf = await page.pdf({ preferCSSPageSize: true });
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    if (readsPdf && !hostile) {
      // A line may end at a hyphen, which the extraction then drops.
      const bare = (text) => text.replace(/[\s-]/g, '');
      const first = bare(execFileSync('pdftotext', ['-l', '1', '-', '-'], { input: pdf }).toString());
      const chain = (report.chain || []).map((link) => link.what.en);
      for (const text of [await page.locator('.outcome').innerText(), await page.locator('h1').innerText(), ...chain]) {
        assert.ok(first.includes(bare(text)), `page 1 lacks ${text}`);
      }
    }
    const pages = (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) || []).length;
    assert.ok(pages <= 3 || hostile, `${pages} pages`);
  });

  for (const width of [800, 390]) {
    await check(named(`readable at ${width} pixels`), async () => {
      await page.setViewportSize({ width, height: 900 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      // In em of the monospaced letters, of which one is about 0.6.
      const narrow = await page.locator('table td:visible:not(.number)').evaluateAll((cells) => cells
        .filter((cell) => cell.textContent.trim().length >= 12)
        .map((cell) => cell.getBoundingClientRect().width / (Number.parseFloat(getComputedStyle(cell).fontSize) * 0.6))
        .filter((characters) => characters < 12));
      const letters = await page.locator('.timeline-drawing.en svg text:visible').evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect().height));
      await page.setViewportSize(SCREEN);
      assert.ok(wide <= 0 || hostile, `scrolls sideways by ${wide} pixels`);
      assert.deepEqual(narrow, []);
      assert.ok(letters.every((height) => height >= 11), `letters of the timeline are ${Math.min(...letters)} pixels high`);
    });
  }

  await check(named('axe-core finds no issue'), async () => {
    assert.deepEqual(await issues(page), []);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await page.locator('#theme').isVisible() && await page.evaluate(() => { document.documentElement.dataset.theme = 'dark'; return true; });
    assert.ok(dark);
    await page.locator('label[for="lang-zh"]').click();
    assert.deepEqual(await issues(page), []);
  });

  await check(named('no console message, no request'), () => assert.deepEqual(offences, []));
  await context.close();

  await check(named('works without script'), async () => {
    const plain = await open(url, { javaScriptEnabled: false });
    for (const selector of ['h1', '.outcome', '.machine', '#coverage h2', '#coverage .facts', '#data h2']) {
      assert.ok(await plain.page.locator(selector).first().isVisible(), selector);
    }
    for (const selector of ['.drawing.en:not(.narrow-screen) svg', '#rows tbody tr', 'tr.finding', '#services tbody tr', '.chain li']) {
      const found = plain.page.locator(selector);
      for (let number = 0; number < await found.count(); number += 1) {
        assert.ok(await found.nth(number).isVisible(), `${selector} ${number}`);
      }
    }
    assert.equal(await plain.page.locator('.scripted:visible').count(), 0);
    await plain.page.locator('label[for="lang-zh"]').click();
    assert.equal(await plain.page.locator('.outcome .zh').isVisible(), true);
    assert.equal(await plain.page.locator('.outcome .en').isVisible(), false);
    assert.deepEqual(plain.offences, []);
    await plain.context.close();
  });

  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    for (const [mode, options, hash] of [['light', { colorScheme: 'light' }, ''], ['dark', { colorScheme: 'dark' }, ''], ['zh-CN', { colorScheme: 'light' }, '#;lang=zh-CN']]) {
      const opened = await open(url + hash, options);
      const shot = (what, full) => opened.page.screenshot({ path: join(pictures, `${basename(dirname(path))}-${mode}-${what}.png`), fullPage: full });
      await shot('screen', false);
      await shot('page', true);
      await opened.context.close();
    }
  }
}

for (const file of files) await testReport(file);
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
