/* A field with a list to choose from (WAI-ARIA's combobox): what is typed is found anywhere in a name or in the
   other words for it. Without script the browser's own list of the field is there. */
(() => {
  const MOST_SHOWN = 50;
  const fold = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

  const list = document.createElement('ul');
  list.id = 'choices-shown';
  list.className = 'choices';
  list.role = 'listbox';
  let open = null;
  let marked = -1;

  function choicesOf(field) {
    const options = document.getElementById(field.dataset.choices)?.options ?? [];
    return [...options].map(({ value, label }) => ({
      value,
      label,
      name: fold(value),
      text: fold(`${value} ${label}`),
    }));
  }

  /** Names that start with the words come first, then names that have them, then what has them elsewhere. */
  function found(field, asked) {
    const words = fold(asked).split(/\s+/).filter(Boolean);
    const rank = ({ name }) =>
      name.startsWith(words[0]) ? 0 : words.every((word) => name.includes(word)) ? 1 : 2;
    const fitting = choicesOf(field).filter(({ text }) => words.every((word) => text.includes(word)));
    return words.length > 0 ? fitting.sort((a, b) => rank(a) - rank(b)) : fitting;
  }

  function row({ value, label }, index) {
    const item = document.createElement('li');
    item.id = `choice-${index}`;
    item.role = 'option';
    item.dataset.value = value;
    item.append(value);
    const more = document.createElement('small');
    more.append(label);
    item.append(more);
    return item;
  }

  function note(text) {
    const item = document.createElement('li');
    item.role = 'option';
    item.ariaDisabled = 'true';
    item.append(text);
    return item;
  }

  function mark(index) {
    const rows = [...list.querySelectorAll('[data-value]')];
    marked = rows.length === 0 || index < 0 ? -1 : (index + rows.length) % rows.length;
    for (const [at, item] of rows.entries()) item.ariaSelected = String(at === marked);
    if (marked < 0) open.removeAttribute('aria-activedescendant');
    else {
      open.setAttribute('aria-activedescendant', rows[marked].id);
      rows[marked].scrollIntoView({ block: 'nearest' });
    }
  }

  function show(field, asked) {
    if (!document.getElementById(field.dataset.choices)) return;
    const rows = found(field, asked);
    const rest = rows.length - MOST_SHOWN;
    list.replaceChildren(...rows.slice(0, asked ? MOST_SHOWN : rows.length).map(row));
    if (rows.length === 0) list.append(note('None is called that.'));
    else if (asked && rest > 0) list.append(note(`And ${rest} more: type on.`));
    list.ariaLabel = field.labels?.[0]?.textContent ?? '';
    field.after(list);
    field.ariaExpanded = 'true';
    open = field;
    const now = rows.findIndex(({ value }) => value === field.value);
    mark(asked && rows.length > 0 ? 0 : now);
  }

  function hide() {
    if (!open) return;
    open.ariaExpanded = 'false';
    open.removeAttribute('aria-activedescendant');
    open = null;
    list.remove();
  }

  function take(value) {
    const field = open;
    hide();
    field.value = value;
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }

  function takeOver(field) {
    field.dataset.choices = field.getAttribute('list');
    field.removeAttribute('list');
    field.role = 'combobox';
    field.ariaExpanded = 'false';
    field.setAttribute('aria-autocomplete', 'list');
    field.setAttribute('aria-controls', list.id);
  }

  const isField = (target) => target instanceof HTMLInputElement && target.hasAttribute('data-choose');

  const KEYS = {
    ArrowDown: () => mark(marked + 1),
    ArrowUp: () => mark(Math.max(marked, 0) + list.querySelectorAll('[data-value]').length - 1),
    Enter: () => {
      const item = list.querySelector('[aria-selected=true]');
      if (item) take(item.dataset.value);
      else hide();
    },
    Escape: hide,
  };

  const entered = (target) => {
    if (isField(target) && target.hasAttribute('list')) takeOver(target);
    if (open && target !== open) hide();
  };
  document.addEventListener('focusin', ({ target }) => entered(target));
  // One that has to be mended has the focus already.
  entered(document.activeElement);
  document.addEventListener('focusout', ({ target }) => {
    if (target === open) hide();
  });
  document.addEventListener('input', ({ target }) => {
    if (isField(target)) show(target, target.value);
  });
  document.addEventListener('keydown', (event) => {
    if (!isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (open && KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    } else if (!open && event.key === 'ArrowDown') {
      event.preventDefault();
      show(event.target, '');
    }
  });
  // The list is opened whole by a click; what stands in the field is marked, so that typing replaces it.
  document.addEventListener('click', ({ target }) => {
    if (!isField(target) || open) return;
    target.select();
    show(target, '');
  });
  list.addEventListener('mousedown', (event) => {
    event.preventDefault();
    const item = event.target.closest('[data-value]');
    if (item) take(item.dataset.value);
  });
})();
