/*
 * Brings an open page up to date when something happens. The server tells what changed (`/events`); the page fetches
 * itself once more and swaps the parts that differ (`data-part`), with focus, scroll, typed text and what was unfolded
 * kept. Each event names a place, from which a broken connection goes on, so that nothing is missed.
 */
(() => {
  const main = document.querySelector('[data-live]');
  if (!main || !window.EventSource) return;
  const about = Number(
    /\d+$/.exec(document.querySelector('[data-incident]')?.dataset.incident ?? '')?.[0] ?? 0,
  );

  /** What comes together is fetched once, and a busy hour does not fetch all the time. */
  const GATHER_MS = 300;
  const LEAST_BETWEEN_MS = 3000;
  /** Pages that nobody looks at hold no connection (browsers have six for a server): they ask once a minute. */
  const HIDDEN_MS = 60_000;
  const REFUSED_MS = 60_000;

  let place = main.dataset.live;
  let source;
  let again;
  let isOver = false;

  function close() {
    source?.close();
    source = undefined;
    clearTimeout(again);
  }

  function connect() {
    close();
    if (isOver) return;
    source = new EventSource(`/events?after=${encodeURIComponent(place)}`);
    source.addEventListener('ready', ({ lastEventId }) => heard(lastEventId));
    source.addEventListener('change', ({ lastEventId, data }) => {
      heard(lastEventId);
      const { all, incidents = [] } = JSON.parse(data);
      if (all || !about || incidents.some(({ number }) => number === about)) want();
    });
    source.addEventListener('unfiled', ({ lastEventId, data }) => {
      heard(lastEventId);
      if (JSON.parse(data).mark !== main.dataset.unfiled) want();
    });
    source.addEventListener('end', () => {
      isOver = true;
      close();
    });
    source.addEventListener('error', () => {
      // Broken connections the browser mends by itself; this one was refused.
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(connect, REFUSED_MS);
    });
  }

  function heard(at) {
    place = at || place;
    if (!document.hidden) return;
    close();
    again = setTimeout(connect, HIDDEN_MS);
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      close();
      again = setTimeout(connect, HIDDEN_MS);
    } else connect();
  });
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', (event) => event.persisted && connect());

  // ---- Fetching ----

  let soon;
  let last = 0;
  function want() {
    if (soon) return;
    soon = setTimeout(
      () => {
        soon = undefined;
        last = Date.now();
        void refresh();
      },
      Math.max(GATHER_MS, last + LEAST_BETWEEN_MS - Date.now()),
    );
  }

  async function refresh() {
    const answer = await fetch(location.pathname + location.search, {
      headers: { accept: 'text/html', 'x-by-itself': '1' },
    }).catch(() => null);
    if (!answer || answer.status >= 500) {
      // What happened is still to be shown.
      want();
      return;
    }
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    document.title = page.title;
    main.dataset.unfiled = page.querySelector('[data-live]')?.dataset.unfiled ?? '';
    show(page, false);
  }

  // ---- Swapping ----

  const TEXT =
    'input:not([type=hidden], [type=button], [type=submit], [type=checkbox], [type=radio]), textarea';
  const said = Object.assign(document.createElement('p'), { className: 'vh' });
  said.setAttribute('role', 'status');
  document.body.append(said);

  /** What tells two states of a part apart: not the tokens of forms, nor what somebody unfolded or chose. */
  function gist(part) {
    const copy = part.cloneNode(true);
    for (const one of copy.querySelectorAll('input[type=hidden]')) one.remove();
    for (const one of [copy, ...copy.querySelectorAll('[open], [data-current], [data-fresh]')])
      for (const name of ['open', 'data-current', 'data-fresh']) one.removeAttribute(name);
    return copy.innerHTML;
  }

  const isWritten = (field) =>
    field.tagName === 'SELECT'
      ? [...field.options].some((option) => option.selected !== option.defaultSelected)
      : /^(checkbox|radio)$/.test(field.type)
        ? field.checked !== field.defaultChecked
        : field.value !== field.defaultValue;
  const fieldKey = (field) => field.id || `${field.form?.getAttribute('action')} ${field.name}`;
  const fieldsOf = (part) => [...part.querySelectorAll('input:not([type=hidden]), textarea, select')];
  const detailsKey = (one) =>
    one.id || `${one.querySelector('form')?.id} ${one.querySelector('summary')?.textContent}`;

  /** Somebody writes there at this moment, or marks words; or it only moves when it is asked to, since keys act on it. */
  function isBusy(part) {
    const { activeElement } = document;
    const selection = getSelection();
    return (
      part.hasAttribute('data-asks') ||
      (part.contains(activeElement) && activeElement.matches(TEXT)) ||
      (!selection.isCollapsed && part.contains(selection.anchorNode))
    );
  }

  /** Finds an element of a part again in the part that takes its place. */
  function counterpart(element, fresh) {
    if (element.id) return fresh.querySelector(`#${CSS.escape(element.id)}`);
    const row = element.closest('[data-row]');
    const href = element.getAttribute('href');
    const scope = row ? fresh.querySelector(`[data-row="${CSS.escape(row.dataset.row)}"]`) : fresh;
    if (!scope) return null;
    for (const name of ['data-open', 'data-key'])
      if (row && element.hasAttribute(name))
        return scope.querySelector(`[${name}="${CSS.escape(element.getAttribute(name))}"]`);
    return href ? scope.querySelector(`a[href="${CSS.escape(href)}"]`) : null;
  }

  function swap(part, given) {
    const fresh = document.importNode(given, true);
    const open = new Set([...part.querySelectorAll('details[open]')].map(detailsKey));
    for (const one of fresh.querySelectorAll('details')) one.open ||= open.has(detailsKey(one));
    const written = new Map(
      fieldsOf(part)
        .filter(isWritten)
        .map((field) => [fieldKey(field), field]),
    );
    for (const field of fieldsOf(fresh)) {
      const old = written.get(fieldKey(field));
      if (!old) continue;
      if (/^(checkbox|radio)$/.test(field.type)) field.checked = old.checked;
      else field.value = old.value;
    }
    const known = new Set(
      [...part.querySelectorAll('li[id], [data-row]')].map((one) => one.id || one.dataset.row),
    );
    for (const one of fresh.querySelectorAll('li[id], [data-row]'))
      one.toggleAttribute('data-fresh', !known.has(one.id || one.dataset.row));
    const chosen = part.querySelector('[data-current]')?.dataset.row;
    const { activeElement } = document;
    const focus = part.contains(activeElement) ? counterpart(activeElement, fresh) : null;
    // Who stood on a row that is gone stands on what came into its place.
    const rows = [...part.querySelectorAll('[data-row]')];
    const at = rows.findIndex((row) => row.contains(activeElement));
    part.replaceWith(fresh);
    if (chosen) fresh.querySelector(`[data-row="${CSS.escape(chosen)}"]`)?.setAttribute('data-current', '');
    const instead =
      at < 0 ? null : [...fresh.querySelectorAll('[data-row]')].at(Math.min(at, rows.length - 2));
    (focus ?? instead?.querySelector('[data-open]'))?.focus({ preventScroll: true });
    fresh.dispatchEvent(new CustomEvent('part-swapped', { bubbles: true }));
  }

  /** Something in sight that is found again, so that what is read does not move. */
  function anchor() {
    for (const one of document.querySelectorAll('main [id], main [data-row]')) {
      const { top, height } = one.getBoundingClientRect();
      if (top < 0 || top > innerHeight || height > innerHeight) continue;
      const selector = one.id ? `#${CSS.escape(one.id)}` : `[data-row="${CSS.escape(one.dataset.row)}"]`;
      return () => {
        const now = document.querySelector(selector)?.getBoundingClientRect().top;
        if (now !== undefined && now !== top) scrollBy({ top: now - top, behavior: 'instant' });
      };
    }
    return () => {};
  }

  function show(page, isAsked) {
    const differing = [...document.querySelectorAll('[data-part]')]
      .map((part) => [part, page.getElementById(part.id)])
      .filter(([part, fresh]) => fresh && gist(part) !== gist(fresh));
    const ready = differing.filter(([part]) => isAsked || !isBusy(part));
    const back = scrollY > 0 ? anchor() : () => {};
    for (const [part, fresh] of ready) swap(part, fresh);
    back();
    const words = ready.flatMap(([, fresh]) => fresh.dataset.part || []);
    if (words.length > 0) said.textContent = words.join(' ');
    offer(ready.length < differing.length ? page : null);
  }

  /** Where somebody is writing nothing moves: a button shows what happened when they are ready. */
  let offered;
  function offer(page) {
    offered?.remove();
    offered = undefined;
    if (!page) return;
    offered = Object.assign(document.createElement('p'), { className: 'news no-print' });
    offered.setAttribute('role', 'status');
    const button = Object.assign(document.createElement('button'), {
      type: 'button',
      className: 'button small',
    });
    button.textContent = 'Show it';
    button.addEventListener('click', () => show(page, true));
    offered.append('Something happened here. ', button);
    document.body.append(offered);
  }

  if (document.hidden) again = setTimeout(connect, HIDDEN_MS);
  else connect();
})();
