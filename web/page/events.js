// The tab that searches events. The program finds, orders and prints; this keeps the rows in view that are looked at.

const ROW = 24;
// Browsers end an element at some 17 million pixels. Above this height the scroll bar stands for the rows, not for pixels.
const TALLEST = 8_000_000;
const BESIDE = 40;

const events = { count: 0, top: 0, block: { from: 0, rows: [] }, asked: false, chosen: null, columns: [] };
const scroller = byId('scroller');

const visible = () => Math.max(1, Math.floor((scroller.clientHeight - byId('rows').tHead.offsetHeight) / ROW));
const lastTop = () => Math.max(0, events.count - visible());
const height = () => Math.min(events.count * ROW, TALLEST);
const hidden = () => Math.max(1, scroller.scrollHeight - scroller.clientHeight);

// --- searching --------------------------------------------------------------------------------------------------

const lines = () => byId('conditions').value.split('\n').map((line) => line.trim()).filter(Boolean);

function shownColumns() {
  return events.columns.filter(({ name }) => byId(`column-${name}`).checked);
}

// Finds what is wanted; goes to an event, where one is named that was found.
async function search(goal = null) {
  const run = state.run;
  const trace = byId('trace').value;
  const wanted = { conditions: lines(), from: byId('from').value, to: byId('to').value, input: trace === '' ? null : Number(trace) };
  const answer = await run.main.ask('search', { wanted, goal });
  if (state.run !== run) return;
  byId('search-error').textContent = answer.error || '';
  byId('conditions').setAttribute('aria-invalid', String(Boolean(answer.error)));
  if (answer.error) return;
  Object.assign(events, { count: answer.count, chosen: null, block: { from: 0, rows: [] } });
  byId('count').replaceChildren(words(WORDS.found, answer.count.toLocaleString('en')));
  byId('spacer').style.height = `${height()}px`;
  byId('rows').setAttribute('aria-rowcount', String(answer.count + 1));
  byId('event').hidden = true;
  const at = answer.place ?? 0;
  goTo(goal && answer.place !== null ? at - Math.floor(visible() / 2) : 0);
  if (goal && answer.place !== null) choose(at, goal.input, goal.number);
}

// --- rows in view -----------------------------------------------------------------------------------------------

function goTo(row) {
  events.top = Math.min(Math.max(0, Math.round(row)), lastTop());
  // The bar follows; what it says then is not read back.
  const to = height() === events.count * ROW ? events.top * ROW : (events.top / Math.max(1, lastTop())) * hidden();
  goTo.own = Math.round(to);
  scroller.scrollTop = to;
  draw();
}

function scrolled() {
  if (Math.abs(scroller.scrollTop - goTo.own) <= 1) return;
  goTo.own = -10;
  const top = height() === events.count * ROW ? scroller.scrollTop / ROW : (scroller.scrollTop / hidden()) * lastTop();
  events.top = Math.min(Math.max(0, Math.round(top)), lastTop());
  draw();
}

// Draws the rows that are here, and asks for those that are not.
async function draw() {
  const [from, to] = [events.top, Math.min(events.count, events.top + visible() + 1)];
  const { block } = events;
  if (from >= block.from && to <= block.from + block.rows.length) return place(from, to);
  if (events.asked) return undefined;
  events.asked = true;
  const run = state.run;
  const start = Math.max(0, from - BESIDE);
  const groups = await run.main.ask('rows', { from: start, count: to - start + BESIDE, columns: shownColumns().map(({ name }) => name) });
  events.asked = false;
  if (state.run !== run) return undefined;
  events.block = { from: start, rows: groups.flatMap(({ input, rows }) => rows.map((row) => ({ ...row, input }))) };
  place(events.top, Math.min(events.count, events.top + visible() + 1));
  // It went on while they were fetched.
  if (events.top < start || events.top + visible() > start + events.block.rows.length) if (events.block.rows.length) draw();
  return undefined;
}

function place(from, to) {
  const { block } = events;
  const columns = shownColumns();
  const body = byId('rows').tBodies[0];
  body.replaceChildren(...block.rows.slice(from - block.from, to - block.from).map((row, at) => {
    const line = document.createElement('tr');
    line.setAttribute('aria-rowindex', String(from + at + 2));
    line.dataset.at = from + at;
    line.dataset.input = row.input;
    line.dataset.number = row.index;
    if (from + at === events.chosen) line.setAttribute('aria-selected', 'true');
    if (row.status?.startsWith('0xC')) line.className = 'error';
    for (const { name } of columns) {
      const cell = line.insertCell();
      cell.dataset.column = name;
      const text = row[name] === undefined ? '' : String(row[name]);
      cell.textContent = text;
      if (text.length > 20) cell.title = text;
    }
    return line;
  }));
}

function heads() {
  const row = document.createElement('tr');
  for (const { name, heading } of shownColumns()) {
    const head = document.createElement('th');
    head.scope = 'col';
    head.dataset.column = name;
    head.textContent = heading;
    row.append(head);
  }
  byId('rows').tHead.replaceChildren(row);
}

// --- one event --------------------------------------------------------------------------------------------------

async function choose(at, input, number) {
  events.chosen = at;
  for (const row of byId('rows').tBodies[0].rows) row.toggleAttribute('aria-selected', Number(row.dataset.at) === at);
  for (const row of byId('rows').querySelectorAll('[aria-selected]')) row.setAttribute('aria-selected', 'true');
  const run = state.run;
  const event = await run.main.ask('event', { input, number });
  if (state.run !== run || events.chosen !== at || !event) return;
  byId('event').hidden = false;
  byId('event-title').textContent = `#${number}`;
  byId('event-trace').textContent = event.path;
  const heading = new Map(events.columns.map((column) => [column.name, column.heading]));
  const shown = Object.entries(event.columns || {}).filter(([name]) => name !== 'index');
  byId('event-columns').replaceChildren(...shown.map(([name, value]) => {
    const pair = document.createElement('div');
    const term = document.createElement('dt');
    const text = document.createElement('dd');
    const data = document.createElement('bdi');
    term.textContent = heading.get(name) || 'NTSTATUS';
    data.textContent = String(value);
    text.append(data);
    pair.append(term, text);
    return pair;
  }));
  byId('event-stack').hidden = !event.stack;
  byId('event-frames').replaceChildren(...(event.stack || []).map(item));
}

// Moves the chosen row, and the view with it.
function move(by) {
  const at = Math.min(Math.max(0, (events.chosen ?? events.top - 1) + by), events.count - 1);
  if (at < 0) return;
  if (at < events.top) goTo(at);
  if (at >= events.top + visible()) goTo(at - visible() + 1);
  const row = () => byId('rows').querySelector(`tr[data-at="${at}"]`);
  events.chosen = at;
  const take = () => { if (row() && events.chosen === at) choose(at, Number(row().dataset.input), Number(row().dataset.number)); };
  if (row()) take();
  else setTimeout(take, 120);
}

const KEYS = { ArrowDown: () => 1, ArrowUp: () => -1, PageDown: visible, PageUp: () => -visible(), Home: () => -events.count, End: () => events.count };

// --- from the report --------------------------------------------------------------------------------------------

// The event that is chosen in the report, or else the failing one.
function inReport() {
  const frame = byId('frame').querySelector('iframe');
  const row = frame?.contentWindow.location.hash.slice(1).split(';')[0];
  const failing = frame?.contentDocument.querySelector('tr.is-failing[id]')?.id;
  const found = [row, failing].map((id) => /^e(\d+)-(\d+)$/.exec(id || '')).find(Boolean);
  return found && { input: Number(found[1]), number: Number(found[2]) };
}

function clearSearch() {
  for (const id of ['conditions', 'from', 'to', 'trace']) byId(id).value = '';
}

async function openEvents(goal) {
  if (goal) clearSearch();
  if (goal || !events.count) await search(goal);
  scroller.focus();
}

async function saveCsv() {
  byId('save-csv').disabled = true;
  const pieces = await state.run.main.ask('csv', { columns: shownColumns().map(({ name }) => name) });
  byId('save-csv').disabled = false;
  download(new Blob(pieces, { type: 'text/csv' }), 'events.csv');
}

// What a case has to be searched.
function prepareEvents(summary) {
  Object.assign(events, { count: 0, top: 0, block: { from: 0, rows: [] }, asked: false, chosen: null, columns: summary.columns });
  clearSearch();
  byId('rows').tBodies[0].replaceChildren();
  byId('count').replaceChildren();
  byId('event').hidden = true;
  byId('tab-events').hidden = !summary.traces.length;
  byId('trace').replaceChildren(new Option('', ''), ...summary.traces.map(({ input, path }) => new Option(path, input)));
  byId('trace-choice').hidden = summary.traces.length < 2;
  byId('columns').replaceChildren(...summary.columns.map(({ name, heading, shown }) => {
    const label = document.createElement('label');
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.id = `column-${name}`;
    box.checked = shown;
    label.append(box, ` ${heading}`);
    return label;
  }));
  heads();
}

byId('search').addEventListener('submit', (event) => {
  event.preventDefault();
  search();
});
byId('conditions').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  search();
});
byId('trace').addEventListener('change', () => search());
byId('columns').addEventListener('change', () => {
  heads();
  events.block = { from: 0, rows: [] };
  draw();
});
byId('save-csv').addEventListener('click', saveCsv);
byId('event-close').addEventListener('click', () => {
  byId('event').hidden = true;
  scroller.focus();
});
for (const example of document.querySelectorAll('.example')) {
  example.addEventListener('click', () => {
    byId('conditions').value = [...lines(), example.textContent].join('\n');
    search();
  });
}
scroller.addEventListener('scroll', scrolled);
scroller.addEventListener('wheel', (event) => {
  if (height() === events.count * ROW || event.ctrlKey || !event.deltaY) return;
  event.preventDefault();
  goTo(events.top + Math.sign(event.deltaY) * Math.max(1, Math.round(Math.abs(event.deltaY) / ROW)));
}, { passive: false });
scroller.addEventListener('keydown', (event) => {
  const by = KEYS[event.key];
  if (!by) return;
  event.preventDefault();
  move(by());
});
byId('rows').addEventListener('click', (event) => {
  const row = event.target.closest('tbody tr');
  if (row) choose(Number(row.dataset.at), Number(row.dataset.input), Number(row.dataset.number));
});
addEventListener('resize', () => { if (!byId('events').hidden) draw(); });
