/* Completes the search field's operators and their values (WAI-ARIA's combobox). Without script the operators stand
   on the search page. */
(() => {
  const field = document.querySelector('[data-search]');
  if (!field) return;
  const MOST_SHOWN = 12;
  const list = document.createElement('ul');
  list.id = 'search-choices';
  list.className = 'choices';
  list.role = 'listbox';
  list.ariaLabel = 'What can be asked';
  field.role = 'combobox';
  field.ariaExpanded = 'false';
  field.setAttribute('aria-autocomplete', 'list');
  field.setAttribute('aria-controls', list.id);
  let operators;
  let marked = -1;

  /** Asked for once, when somebody comes to the field. */
  const load = async () => {
    operators ??= fetch('/search/operators', { headers: { accept: 'application/json' } })
      .then((answer) => (answer.ok ? answer.json() : []))
      .catch(() => []);
    return operators;
  };

  /** The piece of the query that the cursor stands in. */
  function pieceAtCursor() {
    const end = field.selectionStart ?? field.value.length;
    const start = field.value.slice(0, end).search(/[^\s"]*(?:"[^"]*)?$/);
    const [, not, name, value] = /^(-?)(?:([a-z]+):)?(.*)$/is.exec(field.value.slice(start, end)) ?? [];
    return { start, end, not: not ?? '', name: name?.toLowerCase(), value: value ?? '' };
  }

  const fits = (text, asked) => text.toLowerCase().includes(asked.toLowerCase());

  function rowsFor(all, { not, name, value }) {
    if (name === undefined)
      return value.length === 0
        ? []
        : all
            .filter((one) => one.name.startsWith(value.toLowerCase()))
            .map((one) => ({ put: `${not}${one.name}:`, shown: `${one.name}:`, about: one.about, on: true }));
    const operator = all.find((one) => one.name === name);
    const before = value.slice(0, value.lastIndexOf(',') + 1);
    const asked = value.slice(before.length).replaceAll('"', '');
    return (operator?.values ?? [])
      .filter((one) => fits(`${one.value} ${one.words}`, asked))
      .sort((a, b) => Number(!a.value.startsWith(asked)) - Number(!b.value.startsWith(asked)))
      .map((one) => ({ put: `${not}${name}:${before}${one.value} `, shown: one.value, about: one.words }));
  }

  function row({ put, shown, about }, index) {
    const item = document.createElement('li');
    item.id = `search-choice-${index}`;
    item.role = 'option';
    item.dataset.put = put;
    const code = document.createElement('code');
    code.append(shown);
    item.append(code);
    if (about) {
      const more = document.createElement('small');
      more.append(about);
      item.append(more);
    }
    return item;
  }

  function hide() {
    list.remove();
    marked = -1;
    field.ariaExpanded = 'false';
    field.removeAttribute('aria-activedescendant');
  }

  function mark(index) {
    const rows = [...list.children];
    marked = (index + rows.length) % rows.length;
    for (const [at, item] of rows.entries()) item.ariaSelected = String(at === marked);
    field.setAttribute('aria-activedescendant', rows[marked].id);
    rows[marked].scrollIntoView({ block: 'nearest' });
  }

  async function show() {
    const all = await load();
    if (document.activeElement !== field) return;
    const rows = rowsFor(all, pieceAtCursor()).slice(0, MOST_SHOWN);
    hide();
    if (rows.length === 0) return;
    list.replaceChildren(...rows.map(row));
    field.after(list);
    field.ariaExpanded = 'true';
  }

  function take(item) {
    const { start, end } = pieceAtCursor();
    const { put } = item.dataset;
    const after = field.value.slice(end).replace(/^\s+/, put.endsWith(' ') ? '' : ' ');
    field.value = `${field.value.slice(0, start)}${put}${after}`;
    const cursor = start + put.length;
    field.setSelectionRange(cursor, cursor);
    void show();
  }

  const KEYS = {
    ArrowDown: () => mark(marked + 1),
    ArrowUp: () => mark(marked < 0 ? -1 : marked - 1),
    Escape: hide,
  };

  field.addEventListener('focus', () => void load());
  field.addEventListener('input', () => void show());
  field.addEventListener('blur', hide);
  field.addEventListener('keydown', (event) => {
    if (!list.isConnected || event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = list.children[marked];
    // Enter searches until something in the list is marked.
    if (chosen && (event.key === 'Enter' || event.key === 'Tab')) {
      event.preventDefault();
      take(chosen);
    } else if (KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });
  list.addEventListener('mousedown', (event) => {
    event.preventDefault();
    const item = event.target.closest('[data-put]');
    if (item) take(item);
  });
})();
