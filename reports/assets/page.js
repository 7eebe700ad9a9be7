// Behaviour of the report's page. Everything that carries meaning stands in the page without it.
'use strict';
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  root.classList.add('script');

  // State of the page, kept in the address: #ROW;q=TEXT;n=5;f=1;t=FROM,TO;lang=zh-CN
  const state = { row: '', q: '', n: '', f: '', t: null, lang: '' };
  const table = byId('rows');
  const rows = table ? all('tbody tr', table) : [];
  const failing = table && table.dataset.failing ? byId(table.dataset.failing) : null;
  // Filters speak of the order of time, in which the page was made, however the table is sorted now.
  const place = new Map(rows.map((row, number) => [row, number]));

  function readAddress() {
    const [row, ...parts] = location.hash.slice(1).split(';');
    const given = new Map(parts.map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at), decode(part.slice(at + 1))];
    }));
    const times = (given.get('t') || '').split(',').map(Number);
    state.row = decode(row);
    state.q = given.get('q') || '';
    state.n = given.get('n') || '';
    state.f = given.get('f') || '';
    state.t = times.length === 2 && times.every(Number.isFinite) ? times : null;
    state.lang = given.get('lang') || '';
  }

  function decode(text) {
    try { return decodeURIComponent(text); } catch { return ''; }
  }

  function writeAddress() {
    const parts = [encodeURIComponent(state.row)];
    for (const key of ['q', 'n', 'f', 'lang']) if (state[key]) parts.push(`${key}=${encodeURIComponent(state[key])}`);
    if (state.t) parts.push(`t=${state.t.map((time) => time.toFixed(3)).join(',')}`);
    const hash = parts.join(';');
    history.replaceState(null, '', hash ? `#${hash}` : location.href.split('#')[0]);
  }

  function say(id) {
    const status = byId('status');
    status.replaceChildren(byId(id).cloneNode(true));
    status.firstChild.removeAttribute('id');
    clearTimeout(say.timer);
    say.timer = setTimeout(() => status.replaceChildren(), 2500);
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      say('message-copied');
    } catch {
      // Pages opened from a file may lack the clipboard: the old way needs a selection.
      const area = document.createElement('textarea');
      area.value = text;
      document.body.append(area);
      area.select();
      const copied = document.execCommand('copy');
      area.remove();
      say(copied ? 'message-copied' : 'message-not-copied');
    }
  }

  // Language, colours, help.
  const languages = { en: byId('lang-en'), 'zh-CN': byId('lang-zh') };
  // The address names the language; else the browser does.
  function applyLanguage() {
    const preferred = { zh: 'zh-CN', en: 'en' }[(navigator.language || '').slice(0, 2).toLowerCase()];
    const chosen = languages[state.lang] || languages[preferred];
    if (chosen) chosen.checked = true;
    root.lang = languages['zh-CN'].checked ? 'zh-CN' : 'en';
  }
  for (const [tag, input] of Object.entries(languages)) {
    input.addEventListener('change', () => { state.lang = tag; root.lang = tag; writeAddress(); });
  }
  byId('theme').addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
  });
  const help = byId('help');
  byId('help-open').addEventListener('click', () => help.showModal());
  byId('help-close').addEventListener('click', () => help.close());
  byId('copy-summary').addEventListener('click', () => {
    const side = languages['zh-CN'].checked ? '.zh' : '.en';
    copy(document.querySelector(`.ticket${side}`).textContent);
  });
  for (const button of all('button.copy')) {
    button.addEventListener('click', () => copy(button.parentElement.querySelector('code').textContent));
  }
  byId('save-json').addEventListener('click', () => {
    const text = JSON.stringify(JSON.parse(byId('report').textContent), null, 2) + '\n';
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = 'report.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });

  // Sorting.
  for (const sortable of all('table.sortable')) {
    const heads = all('thead th', sortable);
    heads.forEach((head, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        const down = head.getAttribute('aria-sort') === 'ascending';
        heads.forEach((other) => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        unfold(sortable);
        sort(sortable, column, down);
      });
    });
  }
  function sort(sortable, column, down) {
    const body = sortable.tBodies[0];
    const key = (row) => {
      // A log line's text spans the columns of an event.
      const cell = row.cells[Math.min(column, row.cells.length - 1)];
      return cell.dataset.v === undefined ? cell.textContent.trim() : Number(cell.dataset.v || 0);
    };
    const compare = (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b
      : String(a).localeCompare(String(b), 'en', { numeric: true }));
    const keyed = [...body.rows].map((row, number) => ({ row, number, key: key(row) }));
    keyed.sort((a, b) => (down ? -1 : 1) * compare(a.key, b.key) || a.number - b.number);
    body.append(...keyed.map(({ row }) => row));
  }

  // Long tables show their first rows; all of them when they are asked for, sorted or searched.
  const unfold = (folded) => {
    folded.classList.add('unfolded');
    const button = folded.closest('section').querySelector('.unfold');
    if (button) button.hidden = true;
  };
  for (const button of all('button.unfold')) {
    button.addEventListener('click', () => unfold(button.closest('section').querySelector('table')));
  }

  let showsAll = false;
  // The evidence: filter, ± N, failures only, a stretch of time.
  function applyFilter() {
    if (!table) return;
    byId('filter').value = state.q;
    byId('around').value = state.n;
    byId('only-failures').checked = state.f === '1';
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const middle = failing ? place.get(failing) : 0;
    const reach = Number(state.n) || Infinity;
    let count = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const time = Number(row.cells[0].dataset.v);
      const keep = words.every((word) => text.includes(word))
        && Math.abs(place.get(row) - middle) <= reach
        && (state.f !== '1' || row.classList.contains('error'))
        && (!state.t || (time >= state.t[0] && time <= state.t[1]));
      row.hidden = !keep && row.id !== state.row;
      count += row.hidden ? 0 : 1;
    }
    // A filter searches all rows; without one the nearest to the failure come first.
    const filtered = Boolean(state.q || state.n || state.f || state.t);
    table.classList.toggle('near', !filtered && !showsAll);
    byId('show-all').hidden = filtered || showsAll || !rows.some((row) => row.classList.contains('far'));
    byId('no-match').hidden = count > 0;
    const times = state.t ? ` · @${state.t[0].toFixed(3)}s – @${state.t[1].toFixed(3)}s` : '';
    byId('count').textContent = `${count} / ${rows.length}${times}`;
  }
  function change(changes) {
    Object.assign(state, changes);
    applyFilter();
    drawSelection();
    writeAddress();
  }
  if (table) {
    byId('show-all').addEventListener('click', () => { showsAll = true; applyFilter(); });
    byId('filter').addEventListener('input', (event) => change({ q: event.target.value }));
    byId('around').addEventListener('change', (event) => change({ n: event.target.value }));
    byId('only-failures').addEventListener('change', (event) => change({ f: event.target.checked ? '1' : '' }));
    byId('clear').addEventListener('click', () => change({ q: '', n: '', f: '', t: null }));
    byId('copy-rows').addEventListener('click', () => {
      const cell = (node) => node.innerText.replace(/\s+/g, ' ').trim();
      const line = (row) => [...row.cells].map(cell).join('\t');
      const kept = [...table.tBodies[0].rows].filter((row) => !row.hidden);
      copy([table.tHead.rows[0], ...kept].map(line).join('\n') + '\n');
    });
  }

  function choose(row, focus) {
    all('tr.chosen').forEach((other) => other.classList.remove('chosen'));
    if (!row) return;
    state.row = row.id;
    row.hidden = false;
    row.classList.add('chosen');
    if (row.classList.contains('far')) { showsAll = true; applyFilter(); }
    row.scrollIntoView({ block: 'center' });
    if (focus) row.focus({ preventScroll: true });
    applyFilter();
    writeAddress();
  }
  const isRow = (element) => element && rows.includes(element);
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    const target = byId(link.getAttribute('href').slice(1));
    if (!target) return;
    event.preventDefault();
    if (isRow(target)) {
      choose(target, true);
    } else {
      state.row = target.id;
      target.scrollIntoView();
      writeAddress();
    }
  });

  // Other tables.
  const findings = all('tr.finding');
  const findingFilter = byId('filter-findings');
  if (findingFilter) {
    findingFilter.addEventListener('input', () => {
      unfold(findings[0].closest('table'));
      const words = findingFilter.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of findings) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    });
  }
  const differences = byId('differences');
  if (differences) {
    const compared = all('#compare-rows tbody tr');
    const kinds = new Map(compared.map((row) => [row.cells[0].textContent, row.cells[0]]));
    for (const [kind, cell] of kinds) {
      const texts = all('.en, .zh', cell).map((side) => side.textContent);
      differences.append(new Option(texts.length ? texts.join(' / ') : kind, kind));
    }
    differences.addEventListener('change', () => {
      unfold(byId('compare-rows'));
      for (const row of compared) row.hidden = differences.value !== '' && row.cells[0].textContent !== differences.value;
    });
  }

  // The timeline: zoom, pan, pick a stretch of time.
  // 0 to 1 is the failing boot; what was recorded before and after it is one zoom away.
  const drawings = all('.timeline-drawing svg').map((svg) => {
    const { start, end, first, last, left, right, top, bottom } = svg.dataset;
    const number = { start, end, first, last, left, right, top, bottom };
    for (const key in number) number[key] = Number(number[key]);
    const marks = all('.marks [data-t]', svg).map((mark) => ({ mark, time: Number(mark.dataset.t) }));
    return { svg, ...number, marks, scaled: svg.querySelector('.scaled'), axis: svg.querySelector('.axis'), ground: svg.querySelector('.axis').cloneNode(true) };
  });
  const view = { from: 0, to: 1 };
  const NARROWEST = 1e-6;
  const namespace = 'http://www.w3.org/2000/svg';
  function make(name, attributes, text) {
    const element = document.createElementNS(namespace, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (text !== undefined) element.textContent = text;
    return element;
  }
  const whole = drawings.length ? { from: (drawings[0].first - drawings[0].start) / (drawings[0].end - drawings[0].start), to: (drawings[0].last - drawings[0].start) / (drawings[0].end - drawings[0].start) } : { from: 0, to: 1 };
  function look(from, to) {
    const width = Math.min(whole.to - whole.from, Math.max(NARROWEST, to - from));
    view.from = Math.min(whole.to - width, Math.max(whole.from, from));
    view.to = view.from + width;
    drawings.forEach(drawView);
    drawSelection();
  }
  function drawView(drawing) {
    const { left, right, start, end, top, bottom } = drawing;
    const scale = 1 / (view.to - view.from);
    const x = (part) => left + (part - view.from) * scale * (right - left);
    drawing.scaled.setAttribute('transform', `matrix(${scale} 0 0 1 ${left - scale * (left + view.from * (right - left))} 0)`);
    for (const { mark, time } of drawing.marks) {
      const part = time / (end - start);
      const shift = x(part) - (left + part * (right - left));
      mark.setAttribute('transform', `translate(${shift} 0)`);
    }
    if (scale === 1 && view.from === 0) {
      drawing.axis.replaceChildren(...drawing.ground.cloneNode(true).childNodes);
      return;
    }
    const range = (end - start) / scale;
    const power = 10 ** Math.floor(Math.log10(range / 8));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((width) => range / width <= 8);
    const decimals = Math.max(0, Math.min(7, -Math.floor(Math.log10(step))));
    const first = Math.ceil((start + view.from * (end - start)) / step);
    const ticks = [];
    for (let number = first; number * step <= start + view.to * (end - start) && ticks.length < 40; number += 1) {
      const at = x((number * step - start) / (end - start));
      ticks.push(make('line', { x1: at, x2: at, y1: top - 4, y2: bottom, stroke: '#E1E5EA' }));
      ticks.push(make('text', { x: at, y: top - 10, 'text-anchor': 'middle', 'font-size': 12, fill: '#59636E' }, `${(number * step).toFixed(decimals)} s`));
    }
    drawing.axis.replaceChildren(...ticks);
  }
  function drawSelection() {
    for (const { svg, left, right, start, end, top, bottom } of drawings) {
      all('.selection', svg).forEach((old) => old.remove());
      if (!state.t) continue;
      const x = (time) => left + ((time - start) / (end - start) - view.from) / (view.to - view.from) * (right - left);
      const from = Math.max(left, x(state.t[0]));
      const to = Math.min(right, x(state.t[1]));
      if (to > from) svg.append(make('rect', { class: 'selection', x: from, y: top, width: to - from, height: bottom - top }));
    }
  }
  const zoom = (factor, middle = (view.from + view.to) / 2) => {
    const width = (view.to - view.from) * factor;
    const share = (middle - view.from) / (view.to - view.from);
    look(middle - share * width, middle + (1 - share) * width);
  };
  const pan = (share) => {
    const shift = share * (view.to - view.from);
    look(view.from + shift, view.to + shift);
  };
  function lookAtFailure() {
    const drawing = drawings[0];
    const mark = drawing && drawing.svg.querySelector('.failure');
    if (!mark) return;
    const range = drawing.end - drawing.start;
    const middle = Number(mark.dataset.t) / range;
    const width = Math.min(1, 2 / range);
    look(middle - width / 2, middle + width / 2);
  }
  for (const drawing of drawings) {
    const part = (event) => {
      const box = drawing.svg.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * drawing.svg.viewBox.baseVal.width;
      const share = Math.min(1, Math.max(0, (x - drawing.left) / (drawing.right - drawing.left)));
      return view.from + share * (view.to - view.from);
    };
    const time = (share) => drawing.start + share * (drawing.end - drawing.start);
    let begin = null;
    // Two fingers zoom, one picks.
    const fingers = new Map();
    const apart = () => { const [a, b] = [...fingers.values()]; return Math.abs(a - b) || 1; };
    let pinch = 0;
    drawing.svg.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      fingers.set(event.pointerId, event.clientX);
      if (fingers.size === 2) { begin = null; pinch = apart(); return; }
      begin = part(event);
      drawing.svg.setPointerCapture(event.pointerId);
    });
    const lift = (event) => { fingers.delete(event.pointerId); pinch = 0; };
    drawing.svg.addEventListener('pointerup', lift);
    drawing.svg.addEventListener('pointercancel', lift);
    drawing.svg.addEventListener('pointermove', (event) => {
      if (fingers.has(event.pointerId)) fingers.set(event.pointerId, event.clientX);
      if (pinch && fingers.size === 2) { const now = apart(); zoom(pinch / now, part(event)); pinch = now; return; }
      if (begin === null) return;
      const times = [time(begin), time(part(event))].sort((a, b) => a - b);
      state.t = times[1] > times[0] ? times : null;
      drawSelection();
    });
    drawing.svg.addEventListener('pointerup', (event) => {
      if (begin === null) return;
      const moved = Math.abs(part(event) - begin) * drawing.svg.getBoundingClientRect().width > 4 * (view.to - view.from);
      begin = null;
      change({ t: moved ? state.t : null });
    });
    const box = drawing.svg.closest('.drawing');
    // The wheel scrolls the page until the drawing was clicked: it must not catch who only passes.
    drawing.svg.addEventListener('pointerdown', () => box.focus({ preventScroll: true }));
    drawing.svg.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && document.activeElement !== box) return;
      event.preventDefault();
      zoom(event.deltaY < 0 ? 0.8 : 1.25, part(event));
    }, { passive: false });
  }
  if (drawings.length) {
    byId('zoom-in').addEventListener('click', () => zoom(0.5));
    byId('zoom-out').addEventListener('click', () => zoom(2));
    byId('zoom-reset').addEventListener('click', () => look(0, 1));
    byId('zoom-all').addEventListener('click', () => look(whole.from, whole.to));
    const failure = byId('zoom-failure');
    if (failure) failure.addEventListener('click', lookAtFailure);
  }
  for (const link of all('.chain [data-chain]')) {
    const light = (on) => all(`.marks [data-chain="${link.dataset.chain}"]`).forEach((mark) => mark.classList.toggle('lit', on));
    link.addEventListener('pointerenter', () => light(true));
    link.addEventListener('pointerleave', () => light(false));
  }

  // The graph: a node leads to its evidence.
  for (const node of all('.graph-drawing [data-node]')) {
    const link = document.querySelector(`.nodes [data-node="${node.dataset.node}"] a`);
    if (!link) continue;
    node.classList.add('linked');
    node.addEventListener('click', () => link.click());
  }

  // Keyboard.
  let finding = -1;
  function walk(step) {
    const stops = findings.length ? findings : rows;
    const open = stops.filter((row) => row.getClientRects().length);
    if (!open.length) return;
    finding = Math.min(open.length - 1, Math.max(0, finding + step));
    const row = open[finding];
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: 'center' });
  }
  function enter(event) {
    const row = document.activeElement && document.activeElement.closest('tr.finding');
    const link = row && row === document.activeElement && row.querySelector('a[href^="#"]');
    if (link) {
      event.preventDefault();
      link.click();
    }
  }
  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    Enter: enter,
    '.': () => { lookAtFailure(); if (failing) choose(failing, true); },
    '+': () => zoom(0.5),
    '=': () => zoom(0.5),
    '-': () => zoom(2),
    0: () => look(0, 1),
    w: () => zoom(0.5),
    s: () => zoom(2),
    a: () => pan(-0.25),
    d: () => pan(0.25),
    '/': (event) => { if (table) { event.preventDefault(); byId('filter').focus(); byId('filter').scrollIntoView({ block: 'center' }); } },
    '?': () => help.showModal(),
  };
  document.addEventListener('keydown', (event) => {
    const busy = event.target.closest('input[type="search"], select, textarea, dialog');
    if (event.key === 'Escape' && busy && busy.matches('input')) busy.blur();
    if (busy || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key];
    if (act) act(event);
  });


  function start() {
    readAddress();
    applyLanguage();
    applyFilter();
    drawSelection();
    const target = state.row && byId(state.row);
    if (isRow(target)) choose(target, false);
    else if (target) target.scrollIntoView();
  }
  addEventListener('hashchange', start);
  start();
})();
