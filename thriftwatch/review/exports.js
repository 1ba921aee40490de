// What leaves the page: labels, recommended takedowns, and the evidence record.

// The same rule as thriftwatch/files/guard.py, which is taken off again when a table is read.
const BLANK = '[\\x00-\\x20\\x7f-\\xa0\\xad\\u034f\\u061c\\u1680\\u180e\\u2000-\\u200f'
  + '\\u2028-\\u202f\\u205f-\\u2064\\u3000\\ufeff]';
const UNGUARDED = new RegExp(`^'*${BLANK}*[=+\\-@\\t\\r\\n＝＋－＠﹦﹢﹣﹫]`);
const NUMBER = /^(-[0-9]{1,15}|\+[0-9]{1,7})([.,][0-9]{1,15})?(e[-+]?[0-9]{1,3})?%?$/;
const guard = (text) => (UNGUARDED.test(text) && !NUMBER.test(text) ? `'${text}` : text);

function csv(header, rows) {
  const cell = (value) =>
    (typeof value === 'number' ? String(value)
      : `"${guard(String(value).replaceAll('\0', '\ufffd')).replaceAll('"', '""')}"`);
  const lines = [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`);
  // With a byte order mark, by which spreadsheets know that it is UTF-8.
  return `\ufeff${lines.join('')}`;
}

const decidedItems = (...wanted) =>
  items.filter((item) => wanted.includes(decisions.get(item.row)?.decision));
const reviewerOf = (item) => decisions.get(item.row).by || reviewer;

function labelsCsv() {
  const header = ['id', 'title', 'description', 'shop', 'label', 'url', 'platform', 'reviewer',
    'decided', 'score', 'model'];
  return csv(header, decidedItems('recommend takedown', 'keep').map((item) => {
    const { decision, at } = decisions.get(item.row);
    const { title, description, shop } = item.texts;
    return [item.id, plain(title), plain(description), plain(shop),
      decision === 'keep' ? 0 : 1, item.evidence.link, item.platform, reviewerOf(item), at,
      item.evidence.score, data.model];
  }));
}

function takedownCsv() {
  const header = ['url', 'title', 'shop', 'platform', 'reasons', 'score', 'reviewer', 'decided',
    'notice'];
  return csv(header, decidedItems('recommend takedown').map((item) => [
    item.evidence.link, plain(item.texts.title), plain(item.texts.shop), item.platform,
    item.evidence.reasons.map(noteOf).join('; '), item.evidence.score, reviewerOf(item),
    decisions.get(item.row).at, words('takedown notice')]));
}

const noteOf = (reason) => (language === 'id' ? reason.note : reason.note_en);

// Canonical JSON (RFC 8785): keys sorted, no blanks; texts and numbers as the language writes them.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.keys(value).sort();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

function bothTimes(moment) {
  const seconds = (date) => date.toISOString().slice(0, 19);
  const wib = new Date(moment.getTime() + 7 * 3600 * 1000);
  return { utc: `${seconds(moment)}Z`, wib: `${seconds(wib)}+07:00` };
}

function evidenceLines(keepContacts, moment = new Date()) {
  const chosen = decidedItems(...DECISIONS);
  const records = [
    { ...data.header, written: bothTimes(moment), contacts: keepContacts ? 'kept' : 'hidden' },
    ...chosen.map((item) => {
      const { decision, at } = decisions.get(item.row);
      const texts = Object.fromEntries(
        Object.entries(item.texts).map(([name, pieces]) => [name, plain(pieces)]));
      return {
        record: 'listing', ...item.evidence, ...texts, ...(keepContacts ? {} : item.hidden),
        model: data.model, policy: data.policy, scored: data.scored,
        decided: bothTimes(new Date(at)), decision, reviewer: reviewerOf(item) || null,
      };
    }),
    { record: 'end', listings: chosen.length },
  ];
  let head = '0'.repeat(64);
  const lines = records.map((record, place) => {
    const body = { ...record, number: place, previous: head };
    head = sha256(canonical(body));
    return `${canonical({ ...body, hash: head })}\n`;
  });
  return { text: lines.join(''), head };
}

function save(ending, type, text) {
  const name = `${data.name}-${ending}`;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return name;
}
