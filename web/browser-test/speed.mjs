// Measures bootrace.html in Chromium on Linux: the time from the drop to the verdict, memory, and the search of events.
//   node speed.mjs bootrace.html FILE…
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { analysed, drop, launch, openPage, report } from './common.mjs';

const [html, ...files] = process.argv.slice(2).map((path) => resolve(path));
if (!files.length) {
  console.error('usage: node speed.mjs bootrace.html FILE…');
  process.exit(2);
}
const MIB = 1024 * 1024;
const seconds = (begin) => ((performance.now() - begin) / 1000).toFixed(2);

const browser = await launch();
const { page } = await openPage(browser, pathToFileURL(html).href);
const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / MIB;

// The process of the page and its workers, by its memory: the largest of this program's. Its most memory in MiB, and the
// seconds of the processor that it took.
function pageProcess() {
  const field = (pid, file, pattern) => pattern.exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'));
  const processes = execFileSync('pgrep', ['-f', 'type=renderer']).toString().trim().split('\n').flatMap((pid) => {
    try {
      const [, user, system] = field(pid, 'stat', /\) \S(?: \S+){10} (\d+) (\d+)/);
      return [{ most: Number(field(pid, 'status', /VmHWM:\s*(\d+)/)[1]) / 1024, processor: (Number(user) + Number(system)) / 100 }];
    } catch { return []; }
  });
  return processes.reduce((one, other) => (one.most > other.most ? one : other));
}

await page.waitForTimeout(3000);
const before = pageProcess();
let begin = performance.now();
await drop(page, files);
await analysed(page);
console.log(`${bytes.toFixed(0)} MiB: verdict after ${seconds(begin)} s: ${await report(page).locator('h1').innerText()}`);
const after = pageProcess();
const own = Math.max(...await Promise.all(page.workers().map((worker) => worker.evaluate(() => program.memory.buffer.byteLength)))) / MIB;
console.log(`${(after.processor - before.processor).toFixed(2)} s of the processor`);
console.log(`memory of the program ${own.toFixed(0)} MiB, ${(own - bytes).toFixed(0)} MiB beyond the files; of the browser's process at most ${after.most.toFixed(0)} MiB, ${before.most.toFixed(0)} MiB before the drop`);
await report(page).locator('td.hash').filter({ hasText: /^[0-9a-f]{64}$/ }).first().waitFor();
console.log(`SHA-256 of the files after ${seconds(begin)} s, with ${(pageProcess().processor - before.processor).toFixed(2)} s of the processor`);

await page.evaluate(() => {
  window.longest = 0;
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration); }).observe({ entryTypes: ['longtask'] });
});
const found = () => page.locator('#count').innerText();
await page.locator('#tab-events').click();
await page.locator('#event-rows tbody tr').first().waitFor();
console.log(`all: ${await found()}`);
for (const conditions of ['result is "ACCESS DENIED"', 'path contains .inf', 'process-name is TiWorker.exe', 'result is not SUCCESS\noperation is CreateFile', 'detail contains Delete']) {
  await page.locator('#conditions').fill(conditions);
  await page.evaluate(() => document.getElementById('count').replaceChildren());
  begin = performance.now();
  await page.locator('#conditions').press('Enter');
  await page.waitForFunction(() => document.getElementById('count').textContent);
  console.log(`${conditions.replace('\n', ' and ')}: ${await found()} after ${seconds(begin)} s`);
}
await page.locator('#conditions').fill('');
await page.locator('#conditions').press('Enter');
await page.waitForTimeout(1500);
await page.locator('#scroller').hover();
begin = performance.now();
for (let turn = 0; turn < 200; turn += 1) await page.mouse.wheel(0, 400);
for (let part = 0; part <= 20; part += 1) {
  await page.locator('#scroller').evaluate((element, at) => { element.scrollTop = element.scrollHeight * at; }, part / 20);
  await page.waitForTimeout(60);
}
console.log(`scrolled for ${seconds(begin)} s; the longest task of the page took ${await page.evaluate(() => window.longest)} ms (0: none above 50)`);
await browser.close();
