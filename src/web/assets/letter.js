/* The composer: what the gate says follows the text while somebody writes, and shows where the words stand. */
(() => {
  const gate = () => document.getElementById('gate');
  const form = document.getElementById('letter-form');
  if (!form || !gate()) return;
  const PAUSE = 600;

  const offerWords = () => {
    for (const button of document.querySelectorAll('[data-words]')) button.hidden = false;
  };

  // Offsets are those of the text that was judged: after a change the next judgement brings new ones.
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('[data-words]') : null;
    const field = button && document.getElementById(button.dataset.words);
    if (!field) return;
    const [from, to] = [Number(button.dataset.from), Number(button.dataset.to)];
    field.focus();
    field.setSelectionRange(from, to);
    // The area is as high as its text: the page scrolls to about where the words stand in it.
    const share = from / Math.max(1, field.value.length);
    const box = field.getBoundingClientRect();
    window.scrollBy({ top: box.top + box.height * share - window.innerHeight / 3 });
  });

  let wait;
  let latest = 0;
  async function check() {
    const url = gate().dataset.judging;
    if (!url) return;
    latest += 1;
    const turn = latest;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.set(name, value);
    const answer = await fetch(url, { method: 'POST', body, headers: { accept: 'text/html' } }).catch(
      () => null,
    );
    if (!answer?.ok || turn !== latest) return;
    const html = await answer.text();
    // Whoever writes a reason there goes on writing; the next pause brings the news.
    if (turn !== latest || gate().contains(document.activeElement)) return;
    const page = new DOMParser().parseFromString(html, 'text/html');
    for (const id of ['gate', 'compared', 'stands']) {
      const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
      if (!old || !fresh) continue;
      const wasOpen = [...old.querySelectorAll(':scope > details')].map((part) => part.open);
      for (const [index, part] of [...fresh.querySelectorAll(':scope > details')].entries())
        if (wasOpen[index] !== undefined) part.open = wasOpen[index];
      old.replaceWith(document.importNode(fresh, true));
    }
    offerWords();
  }

  for (const id of ['subj', 'text'])
    document.getElementById(id)?.addEventListener('input', () => {
      clearTimeout(wait);
      wait = setTimeout(check, PAUSE);
    });
  offerWords();
  // What was kept from an earlier visit is not what was judged.
  if ([...form.querySelectorAll('[data-keep]')].some((field) => field.value !== field.defaultValue))
    void check();
})();
