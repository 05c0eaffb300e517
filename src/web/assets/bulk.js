/* Rows of a list selected by script: x for the row that has the focus, shift for all between two, all at once. */
(() => {
  const form = document.querySelector('[data-bulk]');
  if (!form) return;
  const boxes = [...form.querySelectorAll('input[name=numbers]')];
  const count = form.querySelector('[data-selected]');
  const all = form.querySelector('[data-select-all]');
  let last = -1;

  function tell() {
    const n = boxes.filter((box) => box.checked).length;
    count.textContent = n === 0 ? 'the selected' : `${n} selected`;
    all.textContent = n === boxes.length ? 'Select none' : 'Select all shown';
  }

  function set(at, checked, upTo) {
    const [from, to] = upTo && last >= 0 ? [Math.min(at, last), Math.max(at, last)] : [at, at];
    for (const box of boxes.slice(from, to + 1)) box.checked = checked;
    last = at;
    tell();
  }

  form.addEventListener('click', (event) => {
    const at = boxes.indexOf(event.target);
    if (at >= 0) set(at, event.target.checked, event.shiftKey);
    if (event.target !== all) return;
    event.preventDefault();
    const checked = !boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = checked;
    tell();
  });

  const inField = (element) =>
    element instanceof HTMLElement &&
    /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) &&
    element.type !== 'checkbox';

  document.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 'x' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (inField(event.target)) return;
    const row = document.activeElement?.closest?.('tr');
    const at = boxes.findIndex((box) => row?.contains(box));
    if (at < 0) return;
    event.preventDefault();
    set(at, event.shiftKey && last >= 0 ? boxes[last].checked : !boxes[at].checked, event.shiftKey);
  });
  tell();
})();
