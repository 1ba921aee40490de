// What is known: the listings, the decisions, the filters, and where the reviewer is.
const data = JSON.parse(document.getElementById('data').textContent);
const items = data.items;
const STORED = `thriftwatch-review:${data.key}`;
const SETTINGS = 'thriftwatch-review-settings';
const DECISIONS = ['recommend takedown', 'keep', 'unsure'];
const FACTS = ['goods', 'worn', 'foreign'];
const TIERS = ['likely', 'review', 'clear'];

const plain = (pieces) => pieces.map((piece) => (Array.isArray(piece) ? piece[0] : piece)).join('');
const findable = items.map((item) =>
  Object.values(item.texts).map(plain).join('\n').normalize('NFKC').toLowerCase());

// Decisions by the row of the file, so that they outlive another order or another model.
let decisions = new Map();
let reviewer = '';
let current = 0;
let shown = items.map((_, place) => place);
const undoable = [];
const filters = { search: '', tier: '', fact: '', platform: '', status: '' };
let keeps = true;

const decisionOf = (place) => decisions.get(items[place].row);
const statusOf = (place) => decisionOf(place)?.decision ?? 'undecided';
const decided = () => items.reduce((count, item) => count + decisions.has(item.row), 0);

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    keeps = false;
  }
}

function restore() {
  const stored = read(STORED);
  const rows = new Set(items.map((item) => item.row));
  decisions = new Map((stored.decisions ?? []).filter(
    ([row, value]) => rows.has(row) && DECISIONS.includes(value?.decision)));
  reviewer = String(stored.reviewer ?? '');
  current = Math.max(0, items.findIndex((item) => item.row === stored.current));
}

function store() {
  const row = items[current]?.row;
  keep(STORED, { decisions: [...decisions], reviewer, current: row });
}

function applyFilters() {
  const wanted = filters.search.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean);
  shown = items.map((_, place) => place).filter((place) => {
    const { evidence, platform } = items[place];
    return (!filters.tier || evidence.tier === filters.tier)
      && (!filters.fact || evidence.facts[filters.fact] >= 0.5)
      && (!filters.platform || `=${platform}` === filters.platform)
      && (!filters.status || statusOf(place) === filters.status)
      && wanted.every((word) => findable[place].includes(word));
  });
}

// Where to go from the current listing; it may no longer be among those shown.
function neighbour(step) {
  const at = shown.findIndex((place) => place >= current);
  if (at < 0) return shown.at(-1) ?? current;
  const onIt = shown[at] === current;
  const target = step > 0 ? at + (onIt ? 1 : 0) : at - 1;
  return shown[Math.min(Math.max(target, 0), shown.length - 1)];
}

function nextUndecided() {
  const open = shown.filter((place) => statusOf(place) === 'undecided' && place !== current);
  return open.find((place) => place > current) ?? open[0];
}

function put(row, value) {
  if (value) decisions.set(row, value);
  else decisions.delete(row);
}

// The listings that were found to be re-posts of one another; one without a family is alone.
function familyOf(place) {
  const { family } = items[place];
  if (!family) return [place];
  return items.map((_, other) => other).filter((other) => items[other].family === family);
}

function decide(decision, places) {
  const rows = places.map((place) => items[place].row);
  undoable.push({ place: current, before: rows.map((row) => [row, decisions.get(row)]) });
  for (const row of rows) put(row, { decision, at: new Date().toISOString(), by: reviewer });
  const next = nextUndecided();
  if (next !== undefined) current = next;
  applyFilters();
  store();
  return next !== undefined;
}

function undo() {
  const last = undoable.pop();
  if (!last) return false;
  for (const [row, value] of last.before) put(row, value);
  current = last.place;
  applyFilters();
  store();
  return true;
}
