// What the reviewer does: keys, buttons, filters, dialogs.
let shortcuts = true;

function keepSettings() {
  keep(SETTINGS, { language, shortcuts });
}

function goTo(place) {
  if (!items.length || place === undefined) return;
  current = place;
  store();
  show();
  startReading();
}

// A reader of the screen starts at the title of the new listing, and so does the eye.
function startReading() {
  if (document.activeElement === at('list')) return;
  at('title')?.focus({ preventScroll: true });
  at('detail').scrollTop = 0;
  if (matchMedia('(max-width: 50rem)').matches) scrollTo({ top: 0 });
}

function judge(decision) {
  if (!items.length) return;
  const whole = at('whole-family').checked;
  const more = decide(decision, whole ? familyOf(current) : [current]);
  show();
  startReading();
  const said = words('said', words(decision), number(decided()), number(items.length));
  say(more ? said : `${said} ${words('all done')}`);
}

const actions = {
  next: () => goTo(neighbour(1)),
  previous: () => goTo(neighbour(-1)),
  ...Object.fromEntries(DECISIONS.map((decision) => [decision, () => judge(decision)])),
  family: () => {
    if (!at('family').hidden) at('whole-family').checked = !at('whole-family').checked;
  },
  undo: () => {
    const undone = undo();
    show();
    if (undone) startReading();
    say(words(undone ? 'undone' : 'nothing to undo'));
  },
  filter: () => { openQueue(true); at('filter-tier').focus(); },
  search: () => { openQueue(true); at('search').focus(); },
  open: () => at('link')?.click(),
  export: () => { showExports(); at('export-said').textContent = ''; at('export').showModal(); },
  help: () => at('help').showModal(),
  language: () => {
    language = language === 'id' ? 'en' : 'id';
    keepSettings();
    showWords();
    show();
  },
};

const KEYS = {
  n: 'next', j: 'next', arrowright: 'next', p: 'previous', arrowleft: 'previous',
  1: 'recommend takedown', t: 'recommend takedown', 2: 'keep', k: 'keep', 3: 'unsure', u: 'unsure',
  z: 'undo', g: 'family', f: 'filter', '/': 'search', o: 'open', e: 'export', l: 'language', '?': 'help',
};

function onKey(event) {
  if (document.querySelector('dialog[open]')) return;
  const { target, key } = event;
  if (target.matches('input, select, textarea')) {
    if (key === 'Escape') at('list').focus();
    return;
  }
  const undoes = (event.ctrlKey || event.metaKey) && !event.shiftKey && key.toLowerCase() === 'z';
  if (!undoes && (event.ctrlKey || event.metaKey || event.altKey || !shortcuts)) return;
  const action = KEYS[key.toLowerCase()];
  if (!action) return;
  event.preventDefault();
  actions[action]();
}

function onListKey(event) {
  const page = Math.max(1, Math.floor(at('list').clientHeight / ROW) - 1);
  const here = Math.max(0, shown.indexOf(current));
  const target = {
    ArrowDown: here + 1, ArrowUp: here - 1, PageDown: here + page, PageUp: here - page,
    Home: 0, End: shown.length - 1,
  }[event.key];
  if (event.key === 'Enter') {
    openQueue(false);
    at('title').focus();
  } else if (target !== undefined) {
    goTo(shown[Math.min(Math.max(target, 0), shown.length - 1)]);
  } else {
    return;
  }
  event.preventDefault();
}

function openQueue(open) {
  document.body.classList.toggle('queue-open', open);
  at('queue-toggle').setAttribute('aria-expanded', String(open));
  if (open) { revealCurrent(); showRows(); }
}

function onFilter(name, value) {
  filters[name] = value;
  applyFilters();
  if (shown.length && !shown.includes(current)) [current] = shown;
  at('list').scrollTop = 0;
  store();
  show();
}

function resetFilters() {
  for (const name of Object.keys(filters)) filters[name] = '';
  at('filters').reset();
  onFilter('search', '');
  at('list').focus();
}

function exported(name, text) {
  at('export-said').textContent = text ?? words('exported', name);
}

function wire() {
  document.addEventListener('keydown', onKey);
  at('list').addEventListener('keydown', onListKey);
  at('list').addEventListener('scroll', () => requestAnimationFrame(showRows), { passive: true });
  at('list').addEventListener('click', (event) => {
    const row = event.target.closest('[data-place]');
    if (!row) return;
    openQueue(false);
    goTo(Number(row.dataset.place));
  });
  new ResizeObserver(() => showRows()).observe(at('list'));
  for (const button of document.querySelectorAll('[data-action]')) {
    button.addEventListener('click', () => {
      actions[button.dataset.action]();
      // A pointer or a switch stays where it is, to decide again.
      button.focus();
    });
  }
  at('queue-toggle').addEventListener('click', () =>
    openQueue(!document.body.classList.contains('queue-open')));
  at('language').addEventListener('click', actions.language);
  at('help-open').addEventListener('click', actions.help);
  at('export-open').addEventListener('click', actions.export);
  at('filters').addEventListener('submit', (event) => event.preventDefault());
  at('search').addEventListener('input', (event) => onFilter('search', event.target.value));
  for (const name of ['tier', 'fact', 'platform', 'status']) {
    at(`filter-${name}`).addEventListener('change', (event) => onFilter(name, event.target.value));
  }
  // Back to where keys decide.
  at('whole-family').addEventListener('change', () => at('list').focus());
  at('filter-reset').addEventListener('click', resetFilters);
  at('shortcuts').addEventListener('change', (event) => {
    shortcuts = event.target.checked;
    keepSettings();
  });
  at('reviewer').addEventListener('input', (event) => {
    reviewer = event.target.value.trim().toWellFormed();
    store();
  });
  at('export-labels').addEventListener('click', () =>
    exported(save('labels.csv', 'text/csv', labelsCsv())));
  at('export-takedown').addEventListener('click', () =>
    exported(save('takedown.csv', 'text/csv', takedownCsv())));
  at('export-evidence').addEventListener('click', () => {
    const { text, head } = evidenceLines(at('keep-contacts').checked);
    const name = save('evidence.jsonl', 'application/jsonl', text);
    exported(name, words('head', name, head));
  });
  // Another tab with the same page decided something.
  addEventListener('storage', (event) => {
    if (event.key !== STORED) return;
    const here = current;
    restore();
    current = here;
    applyFilters();
    show();
  });
}

function start() {
  const settings = read(SETTINGS);
  language = settings.language === 'en' ? 'en' : 'id';
  shortcuts = settings.shortcuts !== false;
  at('shortcuts').checked = shortcuts;
  restore();
  store();
  applyFilters();
  wire();
  showWords();
  show();
}

start();
