// What is on the screen. Text of listings is only ever set as text.
const at = (id) => document.getElementById(id);
const ROW = 64;
const MARKS = { undecided: '○', 'recommend takedown': '▼', keep: '✓', unsure: '?' };

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== ''));
  return node;
}

// Letters that change the direction of writing, or that nobody sees, are shown as what they are.
const HIDDEN_LETTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const visible = (text) => text.replace(HIDDEN_LETTERS, '\ufffd');

function signOf(reason, place) {
  return `${reason.weight > 0 ? '+' : '−'}${place + 1}`;
}

function marked(item, name) {
  return item.texts[name].map((piece) => {
    if (!Array.isArray(piece)) return visible(piece);
    const [text, place] = piece;
    const reason = item.evidence.reasons[place];
    const side = reason.weight > 0 ? 'for' : 'against';
    return make('mark', { class: `${side} ${reason.fact}`, title: noteOf(reason) },
      visible(text), make('sup', {}, signOf(reason, place)));
  });
}

function linkOf(item) {
  const text = item.evidence.link.trim();
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    return make('span', {}, `${words('no link')}: `, make('span', { class: 'link' }, visible(text)));
  }
  return make('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer', id: 'link' },
    `${words('open link')} ↗ `, make('span', { class: 'unseen' }, words('opens new')),
    make('span', { class: 'link' }, url.host));
}

function factRow(name, value) {
  const bar = make('span', { class: `bar ${name}`, 'aria-hidden': 'true' }, make('span'));
  bar.firstChild.style.width = `${100 * value}%`;
  return make('div', { class: 'fact' }, make('dt', {}, words(name)),
    make('dd', {}, bar, make('span', { class: 'value' }, percentText(value))));
}

function reasonList(item, side) {
  const wanted = item.evidence.reasons
    .map((reason, place) => ({ reason, place }))
    .filter(({ reason }) => (reason.weight > 0) === (side === 'for'));
  const body = wanted.length
    ? make('ul', {}, ...wanted.map(({ reason, place }) => make('li', {},
      make('span', { class: `sign ${side} ${reason.fact}` }, signOf(reason, place)),
      make('span', {}, visible(noteOf(reason)), ' ',
        make('span', { class: `about ${reason.fact}` }, words(reason.fact))))))
    : make('p', { class: 'small' }, words('no reasons'));
  return make('section', { class: `reasons ${side}` }, make('h3', {}, words(side)), body);
}

function otherColumns(item) {
  if (!item.other.length) return undefined;
  const rows = item.other.flatMap(([name, value]) =>
    [make('dt', {}, visible(name)), make('dd', {}, visible(value))]);
  return make('details', {}, make('summary', {}, words('other')), make('dl', {}, ...rows));
}

// Offered anew for each listing: nobody is to decide for a family by mistake.
function showFamily() {
  const size = items.length ? familyOf(current).length : 1;
  at('family').hidden = size < 2;
  at('family').querySelector('span').textContent = words('whole family', number(size));
  at('whole-family').checked = false;
}

function showDetail() {
  showFamily();
  const detail = at('detail');
  if (!items.length) {
    detail.replaceChildren(make('p', {}, words('empty')));
    return;
  }
  const item = items[current];
  const { evidence } = item;
  const status = statusOf(current);
  const meta = [
    plain(item.texts.shop) && make('span', {}, `${words('shop')}: `, ...marked(item, 'shop')),
    item.platform && make('span', {}, visible(item.platform)),
    linkOf(item),
  ];
  const description = plain(item.texts.description)
    ? make('div', { class: 'description' }, ...marked(item, 'description'))
    : make('p', { class: 'small' }, words('no description'));
  detail.replaceChildren(make('article', { 'aria-labelledby': 'title' },
    make('p', { class: 'top' },
      make('span', { class: `tier ${evidence.tier}` },
        `${scoreText(evidence.score)} · ${words(evidence.tier)}`),
      make('span', { class: `status ${status.split(' ')[0]}` },
        `${MARKS[status]} ${words(status)}`),
      make('span', { class: 'small' },
        words('place', number(current + 1), number(items.length)),
        item.row === current ? '' : ` · ${words('row', number(item.row + 1))}`)),
    make('h2', { id: 'title', tabindex: '-1' }, ...marked(item, 'title')),
    make('p', { class: 'meta' }, ...meta.filter(Boolean)),
    description,
    make('section', { class: 'facts' }, make('h3', {}, words('facts')),
      make('dl', {}, ...FACTS.map((name) => factRow(name, evidence.facts[name])))),
    make('div', { class: 'both' }, reasonList(item, 'for'), reasonList(item, 'against')),
    otherColumns(item)));
}

// Only the rows that can be seen are in the page, however many listings there are.
function showRows() {
  const list = at('list');
  const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 4);
  const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 4);
  const rows = shown.slice(first, last).map((place, offset) => {
    const { evidence, texts, platform } = items[place];
    const status = statusOf(place);
    const row = make('div', {
      role: 'option', id: `option-${place}`, class: `row ${status.split(' ')[0]}`,
      'aria-selected': String(place === current), 'aria-setsize': shown.length,
      'aria-posinset': first + offset + 1, 'data-place': place,
    }, make('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[status]),
    make('span', { class: 'name' }, visible(plain(texts.title)).slice(0, 120)),
    make('span', { class: 'small' },
      [scoreText(evidence.score), words(evidence.tier), visible(platform)].filter(Boolean).join(' · '),
      make('span', { class: 'unseen' }, `, ${words(status)}`)));
    row.style.top = `${(first + offset) * ROW}px`;
    return row;
  });
  const space = make('div', { role: 'presentation', class: 'space' });
  space.style.height = `${shown.length * ROW}px`;
  list.replaceChildren(space, ...rows);
  if (rows.some((row) => row.getAttribute('aria-selected') === 'true')) {
    list.setAttribute('aria-activedescendant', `option-${current}`);
  } else {
    list.removeAttribute('aria-activedescendant');
  }
}

function revealCurrent() {
  const list = at('list');
  const top = shown.indexOf(current) * ROW;
  if (top < 0) return;
  // With the neighbours, so that it is seen where the reviewer comes from and goes to.
  if (top - ROW < list.scrollTop) list.scrollTop = top - ROW;
  const over = top + 2 * ROW - list.scrollTop - list.clientHeight;
  if (over > 0) list.scrollTop += over;
}

function showProgress() {
  const done = decided();
  at('progress-text').textContent = words('progress', number(done), number(items.length));
  at('progress').max = Math.max(1, items.length);
  at('progress').value = done;
  at('found').textContent = shown.length ? words('found', number(shown.length)) : words('none');
  at('queue-toggle').textContent = words('queue toggle', number(shown.length));
  at('filter-reset').hidden = !Object.values(filters).some(Boolean);
  for (const button of document.querySelectorAll('#decide .decision')) {
    const chosen = items.length > 0 && statusOf(current) === button.dataset.action;
    button.setAttribute('aria-pressed', String(chosen));
    button.disabled = !items.length;
  }
}

function show() {
  showDetail();
  revealCurrent();
  showRows();
  showProgress();
}

let silence = 0;

function say(text) {
  at('said').textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => { at('said').textContent = ''; }, 6000);
}

function showChoices(id, choices) {
  const select = at(id);
  const name = id.replace('filter-', '');
  select.replaceChildren(make('option', { value: '' }, words('all')),
    ...choices.map(([value, text]) => make('option', { value }, text)));
  select.value = filters[name];
}

function showWords() {
  document.documentElement.lang = language;
  document.title = `${words('page title')} · thriftwatch`;
  for (const node of document.querySelectorAll('[data-words]')) {
    node.textContent = words(node.dataset.words);
  }
  for (const node of document.querySelectorAll('[data-label]')) {
    node.setAttribute('aria-label', words(node.dataset.label));
  }
  at('language').textContent = words('language');
  at('language').lang = language === 'id' ? 'en' : 'id';
  showChoices('filter-tier', TIERS.map((tier) => [tier, words(tier)]));
  showChoices('filter-fact', FACTS.map((fact) => [fact, words(fact)]));
  showChoices('filter-status', ['undecided', ...DECISIONS].map((one) => [one, words(one)]));
  const platforms = [...new Set(items.map((item) => item.platform))].sort();
  // With a sign in front, so that having no platform is a choice too.
  showChoices('filter-platform', platforms.map((one) => [`=${one}`, one || words('no platform')]));
  at('filter-platform').parentElement.hidden = platforms.length < 2;
  at('keys').replaceChildren(...words('keys').flatMap(([keys, what]) => [
    make('dt', {}, ...keys.split(' ').map((key) => make('kbd', {}, key))), make('dd', {}, what)]));
  at('about').textContent = words('about', data.model, data.policy, data.scored.wib);
  const notices = [...data.warnings.map((one) => one[language]), ...(keeps ? [] : [words('not kept')])];
  at('notices').replaceChildren(at('notices').firstElementChild,
    ...notices.map((text) => make('p', { class: 'warning' }, text)));
}

function showExports() {
  at('reviewer').value = reviewer;
  const counts = {
    labels: decidedItems('recommend takedown', 'keep').length,
    takedown: decidedItems('recommend takedown').length,
    evidence: decidedItems(...DECISIONS).length,
  };
  for (const [name, count] of Object.entries(counts)) {
    at(`export-${name}`).textContent = words(`export ${name}`, number(count));
    at(`export-${name}`).disabled = !count;
  }
}
