/* Unfiled by keys: j and k go from mail to mail, what a key does is done by the button that names it. */
(() => {
  const rows = [...document.querySelectorAll('[data-row]')];
  if (rows.length === 0) return;
  const list = document.querySelector('[data-unfiled]');
  let at = 0;

  function go(to) {
    at = Math.min(Math.max(to, 0), rows.length - 1);
    for (const [index, row] of rows.entries()) row.toggleAttribute('data-current', index === at);
    const link = rows[at].querySelector('[data-open]');
    link?.focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: 'nearest' });
  }

  const inField = (element) =>
    element instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT|BUTTON|SUMMARY)$/.test(element.tagName);
  const isElsewhere = (element) => element instanceof HTMLAnchorElement && !element.hasAttribute('data-open');

  document.addEventListener('focusin', ({ target }) => {
    const row = target.closest?.('[data-row]');
    if (!list || !row) return;
    at = rows.indexOf(row);
    for (const one of rows) one.toggleAttribute('data-current', one === row);
  });

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || inField(event.target)) return;
    const { key } = event;
    if (list && (key === 'j' || key === 'k')) {
      event.preventDefault();
      const none = !document.activeElement?.closest?.('[data-row]');
      go(none ? at : at + (key === 'j' ? 1 : -1));
      return;
    }
    if (key === 'Enter' && isElsewhere(event.target)) return;
    // Enter is the first suggestion only where somebody is on a mail of the list.
    if (key === 'Enter' && list && !event.target.closest?.('[data-row]')) return;
    const wanted = key === 'Enter' ? '1' : key;
    if (!/^[1-5nx]$/.test(wanted)) return;
    const button = rows[at].querySelector(`[data-key="${wanted}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
})();
