// The tab that searches events. The program finds, orders and prints; this keeps the rows in view that are looked at.

const ROW = 24;
// Browsers end an element at some 17 million pixels. Above this height the scroll bar stands for the rows, not for pixels.
const TALLEST = 8_000_000;
const BESIDE = 40;

const NONE = { from: 0, rows: [], columns: '' };
// How many were found, the first row in view, where the scroll bar was put for it, the rows that are here, the row that is
// chosen, and the one that is to be chosen once it is here.
const events = { count: 0, top: 0, bar: 0, block: NONE, asked: false, chosen: null, wanted: null, columns: [] };
const scroller = byId('scroller');

const head = () => byId('event-rows').tHead.offsetHeight;
const visible = () => Math.max(1, Math.floor((scroller.clientHeight - head()) / ROW));
const lastTop = () => Math.max(0, events.count - visible());
const scaled = () => events.count * ROW > TALLEST;
// How far the bar goes.
const way = () => Math.max(1, scroller.scrollHeight - scroller.clientHeight);

// --- searching --------------------------------------------------------------------------------------------------

const lines = () => byId('conditions').value.split('\n').map((line) => line.trim()).filter(Boolean);

function shownColumns() {
  return events.columns.filter(({ name }) => byId(`column-${name}`).checked);
}

// Finds what is wanted; goes to an event, where one is named that was found.
async function search(goal = null) {
  const run = state.run;
  const trace = byId('trace').value;
  const wanted = { conditions: lines(), from: byId('from').value, to: byId('to').value, input: trace === '' ? null : Number(trace), lang: language() };
  const answer = await run.main.ask('search', { wanted, goal });
  if (state.run !== run) return;
  byId('search-error').textContent = answer.error || '';
  byId('conditions').setAttribute('aria-invalid', String(Boolean(answer.error)));
  if (answer.error) return;
  Object.assign(events, { count: answer.count, chosen: null, wanted: null, block: NONE });
  byId('count').replaceChildren(words(WORDS.found, answer.count.toLocaleString('en')));
  // Room for the heads, and for a row that is seen in part.
  byId('spacer').style.height = `${Math.min((events.count + 1) * ROW + head(), TALLEST)}px`;
  byId('event-rows').setAttribute('aria-rowcount', String(answer.count + 1));
  byId('event').hidden = true;
  const at = answer.place ?? 0;
  goTo(goal && answer.place !== null ? at - Math.floor(visible() / 2) : 0);
  if (goal && answer.place !== null) choose(at, goal.input, goal.number);
}

// --- rows in view -----------------------------------------------------------------------------------------------

function goTo(row) {
  events.top = Math.min(Math.max(0, Math.round(row)), lastTop());
  // The bar follows; what it says then is not read back.
  events.bar = Math.round(scaled() ? (events.top / Math.max(1, lastTop())) * way() : events.top * ROW);
  scroller.scrollTop = events.bar;
  draw();
}

function scrolled() {
  if (Math.abs(scroller.scrollTop - events.bar) <= 1) return;
  events.bar = -10;
  const top = scaled() ? (scroller.scrollTop / way()) * lastTop() : scroller.scrollTop / ROW;
  events.top = Math.min(Math.max(0, Math.round(top)), lastTop());
  draw();
}

// Draws the rows that are here, and asks for those that are not: one block at a time, and the next one for where it is then.
async function draw() {
  const [from, to] = [events.top, Math.min(events.count, events.top + visible() + 1)];
  const columns = shownColumns().map(({ name }) => name);
  const { block } = events;
  if (block.columns === String(columns) && from >= block.from && to <= block.from + block.rows.length) return place(from, to);
  if (events.asked) return undefined;
  events.asked = true;
  const run = state.run;
  const start = Math.max(0, from - BESIDE);
  const groups = await run.main.ask('rows', { from: start, count: to - start + BESIDE, columns });
  if (state.run !== run) return undefined;
  events.asked = false;
  const rows = groups.flatMap(({ input, rows: some }) => some.map((row) => ({ ...row, input })));
  events.block = { from: start, rows, columns: String(columns) };
  return rows.length ? draw() : place(0, 0);
}

function place(from, to) {
  const { block } = events;
  const columns = shownColumns();
  const body = byId('event-rows').tBodies[0];
  body.replaceChildren(...block.rows.slice(from - block.from, to - block.from).map((row, at) => {
    const line = document.createElement('tr');
    line.setAttribute('aria-rowindex', String(from + at + 2));
    line.dataset.at = from + at;
    line.dataset.input = row.input;
    line.dataset.number = row.index;
    if (from + at === events.chosen) line.setAttribute('aria-current', 'true');
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
  const wanted = body.querySelector(`tr[data-at="${events.wanted}"]`);
  if (wanted) choose(events.wanted, Number(wanted.dataset.input), Number(wanted.dataset.number));
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
  byId('event-rows').tHead.replaceChildren(row);
}

// --- one event --------------------------------------------------------------------------------------------------

async function choose(at, input, number) {
  Object.assign(events, { chosen: at, wanted: null });
  for (const row of byId('event-rows').tBodies[0].rows) {
    if (Number(row.dataset.at) === at) row.setAttribute('aria-current', 'true');
    else row.removeAttribute('aria-current');
  }
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
  const from = events.wanted ?? events.chosen ?? events.top - 1;
  const at = Math.min(Math.max(0, from + by), events.count - 1);
  if (at < 0) return;
  events.wanted = at;
  if (at < events.top) goTo(at);
  else if (at >= events.top + visible()) goTo(at - visible() + 1);
  else draw();
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
  Object.assign(events, { count: 0, top: 0, block: NONE, asked: false, chosen: null, wanted: null, columns: summary.columns });
  clearSearch();
  byId('event-rows').tBodies[0].replaceChildren();
  byId('count').replaceChildren();
  byId('event').hidden = true;
  byId('tab-events').hidden = !summary.traces.length;
  byId('trace').replaceChildren(new Option(plain(WORDS.allTraces), ''), ...summary.traces.map(({ input, path }) => new Option(path, input)));
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
  if (!scaled() || event.ctrlKey || !event.deltaY) return;
  event.preventDefault();
  goTo(events.top + Math.sign(event.deltaY) * Math.max(1, Math.round(Math.abs(event.deltaY) / ROW)));
}, { passive: false });
scroller.addEventListener('keydown', (event) => {
  const by = KEYS[event.key];
  if (!by) return;
  event.preventDefault();
  move(by());
});
byId('event-rows').addEventListener('click', (event) => {
  const row = event.target.closest('tbody tr');
  if (row) choose(Number(row.dataset.at), Number(row.dataset.input), Number(row.dataset.number));
});
addEventListener('resize', () => { if (!byId('events').hidden) draw(); });
