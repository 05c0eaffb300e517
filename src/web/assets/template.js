/* The editor of a letter template: mistakes and preview follow what is typed, and a mistake's place is a click away.
   Without script the button “Check and preview” shows the same. */
(() => {
  const form = document.querySelector('[data-template]');
  if (!form) return;
  const body = form.querySelector('#body');
  const PARTS = ['mistakes', 'preview'];
  const PAUSE = 700;
  let timer = 0;
  let asked = null;

  async function check() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(form.dataset.template, {
        method: 'POST',
        body: new URLSearchParams(new FormData(form)),
        signal: asked.signal,
      });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      for (const id of PARTS) {
        const fresh = page.getElementById(id);
        // Not this page: signed out meanwhile, say. The button then shows why.
        if (!fresh) return;
        document.getElementById(id).replaceChildren(...fresh.childNodes);
      }
    } catch {
      // Aborted by the next key, or no network: the next pause asks again.
    }
  }

  document.addEventListener('input', ({ target }) => {
    if (target.form !== form || target.id === 'note') return;
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE);
  });

  /** Puts the cursor where a mistake is. */
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[data-line]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const lines = field.value.split('\n').slice(0, Number(link.dataset.line) - 1);
    const at = lines.reduce((sum, line) => sum + line.length + 1, Number(link.dataset.column) - 1);
    field.focus();
    field.setSelectionRange(at, at);
    if (field !== body) return;
    const height = Number.parseFloat(getComputedStyle(body).lineHeight) || 20;
    body.scrollTop = Math.max(0, (Number(link.dataset.line) - 4) * height);
  });
})();
