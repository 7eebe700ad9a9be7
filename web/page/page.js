// From files to the report. What is shown of a case is made by the program; this draws it.

const state = { case: [], good: [], run: null };

function show(name) {
  for (const id of ['start', 'working', 'failed', 'report', 'events']) byId(id).hidden = id !== name;
  byId('tabs').hidden = byId('saving').hidden = name !== 'report';
  document.body.className = `at-${name}`;
}

// --- progress ---------------------------------------------------------------------------------------------------

function step(text) {
  byId('working-step').replaceChildren(words(text));
}

// A row for each input, with how far it is.
function list(inputs) {
  byId('inputs').replaceChildren(...inputs.map(({ path, bytes, good }) => {
    const row = document.createElement('tr');
    const [name, length, far] = [0, 1, 2].map(() => row.insertCell());
    const label = document.createElement('bdi');
    label.textContent = path;
    name.append(label);
    if (good) name.append(' ', words(WORDS.good));
    length.textContent = size(bytes);
    const bar = document.createElement('progress');
    bar.max = Math.max(bytes, 1);
    bar.value = 0;
    bar.setAttribute('aria-label', path);
    far.append(bar);
    return row;
  }));
}

function advance(number, bytes) {
  const bar = byId('inputs').rows[number]?.querySelector('progress');
  if (bar) bar.value = bytes;
}

// --- analysis ---------------------------------------------------------------------------------------------------

// One analysis, from files to what can be asked of its worker.
class Run {
  constructor(files) {
    this.files = files;
    this.main = new Worked((data) => this.hear(data));
  }

  hear({ kind, needs, number, bytes, inputs, input, hashes }) {
    if (kind === 'needs') {
      for (const [at, need] of needs.entries()) if (need === 'head') byId('inputs').rows[at]?.cells[2].replaceChildren(words(WORDS.skipped));
    }
    if (kind === 'read') advance(number, bytes);
    if (kind === 'inputs') {
      step(WORDS.analysing);
      list(inputs);
    }
    if (kind === 'analysed') advance(input, bytes);
    if (kind === 'hashes') fill(hashes);
  }

  analyse() {
    return this.main.ask('analyse', { files: this.files });
  }

  end() {
    this.main.end();
  }
}

async function analyse() {
  state.run?.end();
  const mark = (good) => (given) => ({ ...given, good });
  const files = [...state.case.map(mark(false)), ...state.good.map(mark(true))];
  show('working');
  step(WORDS.reading);
  list(files.map(({ path, file, good }) => ({ path, bytes: file.size, good })));
  byId('case-name').textContent = [...new Set(state.case.map(({ path }) => path.split('/')[0]))].join(', ');
  const run = new Run(files);
  state.run = run;
  byId('cancel').focus();
  try {
    const summary = await run.analyse();
    if (state.run !== run) return;
    await showReport(run, summary);
  } catch (failure) {
    if (state.run === run) fail(failure);
  }
}

function fail(failure) {
  state.run?.end();
  state.run = null;
  show('failed');
  const why = failure.words ? [failure.words.en, failure.words.zh] : WORDS.mistake;
  byId('failed-why').replaceChildren(words(why));
  const files = failure.files || [failure.mistake || String(failure)];
  byId('failed-files').replaceChildren(...files.map(item));
  byId('back').focus();
}

// A line of a list: a text in both languages, or what the browser says.
function item(text) {
  const line = document.createElement('li');
  const data = document.createElement('bdi');
  data.append(text.en === undefined ? text : words([text.en, text.zh]));
  line.append(data);
  return line;
}

// --- the report -------------------------------------------------------------------------------------------------

async function showReport(run, summary) {
  const page = await run.main.ask('page', { lang: language() });
  if (state.run !== run) return;
  byId('unread').hidden = !summary.unreadable.length;
  byId('unread-title').replaceChildren(words(WORDS.unread, summary.unreadable.length));
  byId('unread-files').replaceChildren(...summary.unreadable.map(item));
  const frame = document.createElement('iframe');
  show('report');
  prepareEvents(summary);
  byId('frame').replaceChildren(frame);
  // Written into an empty frame, it has this page's address and origin: its links to itself work, and this page can follow.
  frame.contentDocument.open();
  frame.contentDocument.write(new TextDecoder().decode(page));
  frame.contentDocument.close();
  listen(frame.contentDocument);
}

// The report is shown before the hashes of its inputs are known.
function fill(hashes) {
  const cells = byId('frame').querySelector('iframe')?.contentDocument.querySelectorAll('td.hash') || [];
  for (const [at, cell] of [...cells].entries()) {
    const data = document.createElement('bdi');
    data.textContent = hashes[at];
    cell.replaceChildren(data);
  }
}

// Shows the report or the events, with both still there.
function tab(name) {
  for (const one of ['report', 'events']) {
    byId(one).hidden = one !== name;
    byId(`tab-${one}`).setAttribute('aria-selected', String(one === name));
    byId(`tab-${one}`).tabIndex = one === name ? 0 : -1;
  }
  byId('jump').hidden = name !== 'report' || byId('tab-events').hidden || !inReport();
}

function jump() {
  const goal = inReport();
  tab('events');
  openEvents(goal);
}

// What is dropped on the report is dropped on this page.
function listen(report) {
  for (const kind of ['dragenter', 'dragover', 'drop']) report.addEventListener(kind, (event) => event.preventDefault());
  report.addEventListener('dragenter', (event) => { if (event.dataTransfer.types.includes('Files')) byId('dropping').hidden = false; });
  speak();
  tab('report');
}

// The report speaks the page's language.
function speak() {
  const lang = language();
  document.documentElement.lang = lang;
  if (byId('trace').options.length) byId('trace').options[0].text = plain(WORDS.allTraces);
  const frame = byId('frame').querySelector('iframe');
  if (frame) frame.title = plain(WORDS.report);
  const report = frame?.contentDocument;
  const wanted = report?.getElementById(lang === 'en' ? 'lang-en' : 'lang-zh');
  if (wanted && !wanted.checked) wanted.click();
}

async function save(ending) {
  const types = { html: 'text/html', json: 'application/json', pmc: 'application/octet-stream' };
  const bytes = await state.run.main.ask('save', { ending, lang: language() });
  download(new Blob([bytes], { type: types[ending] }), `report.${ending}`);
}

function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function copySummary() {
  const bytes = await state.run.main.ask('save', { ending: 'txt', lang: language() });
  const text = new TextDecoder().decode(bytes);
  try {
    await navigator.clipboard.writeText(text);
    say(WORDS.copied);
  } catch {
    // Pages opened from a file may lack the clipboard: the old way needs a selection.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    say(document.execCommand('copy') ? WORDS.copied : WORDS.notCopied);
    area.remove();
  }
}

// --- what people do ---------------------------------------------------------------------------------------------

// Files of a case are analysed at once; those of a good boot wait for a case.
function take(files, good) {
  if (!files.length) return say(WORDS.nothing);
  if (good) {
    state.good = files;
    const names = [...new Set(files.map(({ path }) => path.split('/')[0]))];
    byId('given-good').replaceChildren(...names.map(item));
    byId('forget-good').hidden = false;
    if (!state.case.length) return undefined;
  } else {
    state.case = files;
  }
  return analyse();
}

function start() {
  state.run?.end();
  state.run = null;
  state.case = [];
  byId('case-name').textContent = '';
  byId('frame').replaceChildren();
  show('start');
}

function forgetGood() {
  state.good = [];
  byId('given-good').replaceChildren();
  byId('forget-good').hidden = true;
}

for (const good of [false, true]) {
  const kind = good ? 'good' : 'case';
  for (const what of ['files', 'folder']) {
    const input = byId(`${what}-${kind}`);
    input.addEventListener('change', () => {
      const files = chosen(input.files);
      input.value = '';
      take(files, good);
    });
  }
  for (const zone of [byId(`zone-${kind}`), byId(`drop-${kind}`)]) {
    zone.addEventListener('dragenter', () => zone.classList.add('over'));
    zone.addEventListener('dragleave', (event) => { if (!zone.contains(event.relatedTarget)) zone.classList.remove('over'); });
  }
}

addEventListener('dragover', (event) => event.preventDefault());
addEventListener('dragenter', (event) => { if (byId('start').hidden && event.dataTransfer.types.includes('Files')) byId('dropping').hidden = false; });
addEventListener('dragleave', (event) => { if (!event.relatedTarget) byId('dropping').hidden = true; });
addEventListener('drop', async (event) => {
  event.preventDefault();
  byId('dropping').hidden = true;
  for (const zone of document.querySelectorAll('.zone')) zone.classList.remove('over');
  const good = Boolean(event.target.closest?.('#zone-good, #drop-good'));
  take(await dropped(event.dataTransfer), good);
});

byId('forget-good').addEventListener('click', forgetGood);
byId('cancel').addEventListener('click', start);
byId('back').addEventListener('click', start);
byId('again').addEventListener('click', () => { forgetGood(); start(); });
byId('jump').addEventListener('click', jump);
byId('tab-report').addEventListener('click', () => tab('report'));
byId('tab-events').addEventListener('click', () => {
  tab('events');
  openEvents(null);
});
byId('tabs').addEventListener('keydown', (event) => {
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
  const other = byId(byId('report').hidden ? 'tab-report' : 'tab-events');
  other.click();
  other.focus();
});
byId('copy-summary').addEventListener('click', copySummary);
for (const button of document.querySelectorAll('[data-save]')) button.addEventListener('click', () => save(button.dataset.save));
for (const choice of document.querySelectorAll('input[name="lang"]')) choice.addEventListener('change', speak);

if (navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag === 'en' || tag === 'zh') === 'zh') byId('lang-zh').checked = true;
speak();
program.catch(() => fail({ words: { en: WORDS.old[0], zh: WORDS.old[1] } }));
