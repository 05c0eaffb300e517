/*
 * Keys of all pages: j and k go from row to row, o opens the row, letters do what the row, the incident or the page
 * offers, "/" searches, "?" shows all of them. They act outside fields only, never with a modifier, and each person
 * can turn them off in the settings.
 *
 * A row is `data-row`, or a line of a table; `data-open` in it, or its first link, is what opens. What has
 * `data-key="x"` is done by x: in the row, else anywhere on the page. With `data-key-focus` it is only gone to, since
 * what cannot be taken back takes an Enter as well.
 */
(() => {
  const ROWS = '[data-row], .table > tbody > tr';
  const INCIDENT = /^\/incidents\/\d+$/;
  /** What every incident offers, on its page and as a row: key, words, where it is. */
  const OF_INCIDENT = [
    ['e', 'record evidence', '/evidence/new'],
    ['w', 'write a letter', '/letters/new'],
    ['r', 'record a reply', '/messages/new'],
    ['a', 'add a note', '#n-text'],
    ['p', 'put the next step off', '#sn-until'],
  ];
  if (document.documentElement.dataset.keys === 'off') {
    for (const one of document.querySelectorAll('[aria-keyshortcuts]'))
      one.removeAttribute('aria-keyshortcuts');
    return;
  }

  const writes = document.body.hasAttribute('data-writes');
  const openerOf = (row) => row.querySelector('[data-open]') ?? row.querySelector('a[href]');
  const rows = () => [...document.querySelectorAll(ROWS)].filter((row) => openerOf(row));
  const current = () => document.querySelector('[data-current]');

  function mark(row) {
    if (row?.hasAttribute('data-current')) return;
    current()?.removeAttribute('data-current');
    row?.setAttribute('data-current', '');
  }

  /** The row that keys act on: the one that was chosen, else where a list begins. */
  const rowAt = () => current() ?? rows().at(document.querySelector('[data-from-last]') ? -1 : 0);

  function move(step) {
    const all = rows();
    const at = all.indexOf(current());
    const row = at < 0 ? rowAt() : all[Math.min(Math.max(at + step, 0), all.length - 1)];
    if (!row) return false;
    mark(row);
    openerOf(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
    return true;
  }

  /** Where the incident is that keys are about: that of the row, else that of the page. */
  function incidentPath() {
    const row = rowAt();
    const path = row ? new URL(openerOf(row).href ?? '', location.href).pathname : '';
    return INCIDENT.test(path) ? path : (document.querySelector('[data-incident]')?.dataset.incident ?? '');
  }

  function go(url) {
    const there = new URL(url, location.href);
    // The same place once more unfolds once more.
    if (there.pathname === location.pathname && there.hash === location.hash)
      history.replaceState(history.state, '', location.pathname + location.search);
    location.assign(url);
  }

  // ---- Back to the list ----

  const LIST = 'list of rows';
  const kept = JSON.parse(sessionStorage.getItem(LIST) ?? 'null');
  const here = location.pathname + location.search;
  const isList = rows().length > 0 && !document.querySelector('[data-incident]');
  const hrefOf = (row) => openerOf(row).getAttribute('href');

  /** Where somebody was in a list is where they go on, also when that row is gone meanwhile. */
  function goOn() {
    const all = rows();
    const row = all.find((one) => hrefOf(one) === kept.row) ?? all[Math.min(kept.index, all.length - 1)];
    if (!row) return;
    mark(row);
    openerOf(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
  }
  if (isList && kept?.isBack && kept.url === here) goOn();
  window.addEventListener('pagehide', () => {
    if (!isList) return;
    const row = current();
    const place = row ? { row: hrefOf(row), index: rows().indexOf(row) } : {};
    sessionStorage.setItem(LIST, JSON.stringify({ url: here, ...place }));
  });
  function goBack() {
    if (kept) sessionStorage.setItem(LIST, JSON.stringify({ ...kept, isBack: true }));
    location.assign(kept?.url ?? '/');
    return true;
  }

  function act(key, target) {
    if (key === 'u' && !isList) return goBack();
    if (key === 'j' || key === 'k') return move(key === 'j' ? 1 : -1);
    const row = rowAt();
    if (key === 'o') {
      if (row) openerOf(row).click();
      return Boolean(row);
    }
    let wanted = key;
    if (key === 'Enter') {
      // Enter does what a list says only for somebody who is on a row of it; elsewhere it is the browser's.
      const list = target.closest?.('[data-enter]');
      if (!list || !target.closest('[data-row]') || !target.hasAttribute('data-open')) return false;
      wanted = list.dataset.enter;
    }
    const ofRow = row?.querySelector(`[data-key="${CSS.escape(wanted)}"]`);
    const ofPage = [...document.querySelectorAll(`[data-key="${CSS.escape(wanted)}"]`)];
    const element = ofRow ?? ofPage.find((one) => !one.closest(ROWS));
    if (element) {
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.hasAttribute('data-key-focus'))
        element.focus();
      else element.click();
      return true;
    }
    const way = writes && OF_INCIDENT.find(([one]) => one === wanted);
    const path = way && incidentPath();
    if (path) go(path + way[2]);
    return Boolean(path);
  }

  function search() {
    const field = document.querySelector('[data-search]');
    field?.focus();
    field?.select();
    return Boolean(field);
  }

  // ---- Help ----

  const make = (name, text = '') => Object.assign(document.createElement(name), { textContent: text });
  const ownWords = (element) => {
    const copy = element.cloneNode(true);
    for (const one of copy.querySelectorAll('kbd, svg')) one.remove();
    return element.dataset.keySays ?? copy.textContent.replace(/\s+/g, ' ').trim();
  };

  /** All keys of this page with what they do: those of its rows, its own, and those that are everywhere. */
  function allKeys() {
    const found = new Map();
    const add = (key, words) => words && !found.has(key) && found.set(key, words);
    if (rows().length > 0) {
      add('j', 'next row');
      add('k', 'row before');
      add('o', 'open the row, or fold it');
    }
    for (const list of document.querySelectorAll('[data-keys-say]'))
      for (const line of list.dataset.keysSay.split('|')) {
        const [key, ...words] = line.trim().split(' ');
        add(key, words.join(' '));
      }
    for (const one of document.querySelectorAll('[data-key]'))
      if (!one.closest('[data-keys-say]')) add(one.dataset.key, ownWords(one));
    if (writes && incidentPath()) for (const [key, words] of OF_INCIDENT) add(key, words);
    if (!isList) add('u', kept ? 'back to the list' : 'to the desk');
    add('/', 'search');
    add('?', 'these keys');
    return found;
  }

  function help() {
    document.getElementById('keys')?.remove();
    const box = make('dialog');
    box.id = 'keys';
    box.setAttribute('aria-labelledby', 'h-keys');
    const title = make('h2', 'Keys');
    title.id = 'h-keys';
    const list = make('dl');
    for (const [key, words] of allKeys()) {
      const line = make('div');
      const name = make('dt');
      name.append(make('kbd', key));
      line.append(name, make('dd', words));
      list.append(line);
    }
    const hint = make('p', 'They act outside fields. ');
    hint.className = 'hint';
    const off = make('a', 'Turn them off');
    off.href = '/settings/account#singleKeys';
    hint.append(off);
    const close = make('button', 'Close');
    close.type = 'button';
    close.className = 'button small';
    close.autofocus = true;
    close.addEventListener('click', () => box.close());
    const end = make('div');
    end.className = 'actions';
    end.append(hint, close);
    box.append(title, list, end);
    box.addEventListener('close', () => box.remove());
    box.addEventListener('click', (event) => event.target === box && box.close());
    document.body.append(box);
    box.showModal();
    return true;
  }

  // ---- Listening ----

  const isField = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable ||
      /^(TEXTAREA|SELECT)$/.test(element.tagName) ||
      (element.tagName === 'INPUT' && !/^(button|submit|reset|checkbox|file)$/.test(element.type)));

  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isField(target) || document.querySelector('dialog[open]')) return;
    if (key.length > 1 && key !== 'Enter') return;
    const done = key === '?' ? help() : key === '/' ? search() : act(key, target);
    if (done) event.preventDefault();
  });
  document.addEventListener('focusin', ({ target }) => {
    const row = target.closest?.(ROWS);
    if (row && openerOf(row)) mark(row);
  });
  for (const button of document.querySelectorAll('[data-keys-open]')) {
    button.hidden = false;
    button.addEventListener('click', help);
  }
})();
