/* Completion while somebody types: people after an @ in a text, tags between the commas of a field (WAI-ARIA's
   combobox). Without script names are typed out; the server knows them all the same. */
(() => {
  const KINDS = {
    mentions: {
      /** The beginning of a name before the caret, behind an @ that begins a word. */
      asked: (before) => /(?:^|[^\p{L}\p{N}._@+-])@([\p{L}\p{N}][^\n@]{0,39}|)$/u.exec(before)?.[1],
      url: (text) => `/api/v1/people?q=${encodeURIComponent(text)}`,
      least: 0,
    },
    tags: {
      asked: (before) => /(?:^|,)\s*([^,]{0,40})$/.exec(before)?.[1],
      url: (text) => `/api/v1/tags?limit=8&q=${encodeURIComponent(text)}`,
      least: 1,
    },
  };

  const list = document.createElement('ul');
  list.id = 'completions';
  list.className = 'choices completions';
  list.role = 'listbox';
  list.ariaLabel = 'Completions';
  let open = null;
  let marked = 0;
  let latest = 0;
  let wait;

  const kindOf = (field) =>
    field instanceof HTMLTextAreaElement && field.hasAttribute('data-mentions')
      ? KINDS.mentions
      : field instanceof HTMLInputElement && field.hasAttribute('data-tags')
        ? KINDS.tags
        : undefined;
  const askedIn = (field) => kindOf(field)?.asked(field.value.slice(0, field.selectionStart));

  function mark(index) {
    const rows = [...list.children];
    marked = (index + rows.length) % rows.length;
    for (const [at, row] of rows.entries()) row.ariaSelected = String(at === marked);
    open.setAttribute('aria-activedescendant', rows[marked].id);
    rows[marked].scrollIntoView({ block: 'nearest' });
  }

  function hide() {
    latest++;
    if (!open) return;
    open.removeAttribute('aria-activedescendant');
    open.removeAttribute('aria-controls');
    open = null;
    list.remove();
  }

  function show(field, names) {
    if (names.length === 0) {
      hide();
      return;
    }
    list.replaceChildren(
      ...names.map((name, index) => {
        const row = document.createElement('li');
        row.id = `completion-${index}`;
        row.role = 'option';
        row.append(name);
        return row;
      }),
    );
    field.after(list);
    field.setAttribute('aria-autocomplete', 'list');
    field.setAttribute('aria-controls', list.id);
    open = field;
    mark(0);
  }

  async function ask(field) {
    const text = askedIn(field);
    const kind = kindOf(field);
    const turn = ++latest;
    if (text === undefined || text.trim().length < kind.least) {
      hide();
      return;
    }
    const answer = await fetch(kind.url(text.trim()), { headers: { accept: 'application/json' } }).catch(
      () => null,
    );
    if (!answer?.ok || turn !== latest || document.activeElement !== field) return;
    const { items } = await answer.json();
    if (turn === latest)
      show(
        field,
        items.map(({ name }) => name),
      );
  }

  function take(name) {
    const field = open;
    const text = askedIn(field) ?? '';
    const to = field.selectionStart;
    hide();
    field.setRangeText(`${name}${kindOf(field) === KINDS.tags ? ', ' : ' '}`, to - text.length, to, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
    hide();
  }

  document.addEventListener('input', ({ target }) => {
    if (!kindOf(target)) return;
    clearTimeout(wait);
    wait = setTimeout(() => ask(target), 120);
  });
  document.addEventListener('focusout', ({ target }) => {
    if (target === open) hide();
  });
  document.addEventListener('keydown', (event) => {
    if (!open || event.target !== open || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      ArrowDown: () => mark(marked + 1),
      ArrowUp: () => mark(marked - 1),
      Enter: () => take(list.children[marked].textContent),
      Tab: () => take(list.children[marked].textContent),
      Escape: hide,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  list.addEventListener('mousedown', (event) => {
    event.preventDefault();
    const row = event.target.closest('li');
    if (row) take(row.textContent);
  });
})();
