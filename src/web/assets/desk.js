/* What a script makes nicer. Every page works without it. */
(() => {
  // Copy buttons: the label says that it was done, and takes it back.
  document.addEventListener('click', async (event) => {
    const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null;
    if (button) {
      const source = document.getElementById(button.dataset.copy);
      if (!source) return;
      const text = source.value ?? source.textContent;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        source.select?.();
        document.execCommand('copy');
      }
      const label = button.textContent;
      button.textContent = 'Copied';
      setTimeout(() => {
        button.textContent = label;
      }, 1500);
    }
    if (event.target instanceof Element && event.target.closest('[data-print]')) window.print();
  });

  // A browser opens what is folded for a link into it; whoever followed it wants to write there.
  const unfold = () => {
    const part =
      location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    const folded = part?.closest('details');
    if (!folded) return;
    folded.open = true;
    part.querySelector('input:not([type=hidden]), textarea, select')?.focus();
  };
  window.addEventListener('hashchange', unfold);
  unfold();

  // What has to be mended may be far below what says that something has.
  const wrong = document.querySelector('main [aria-invalid="true"]');
  const around = wrong?.closest('details');
  if (around) around.open = true;
  wrong?.focus();

  // The browser's own zone, where somebody sets up the first account.
  const zone = document.querySelector('[data-own-zone]');
  if (zone && zone.value === 'UTC') {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...zone.options].some((option) => option.value === own)) zone.value = own;
  }

  // A chosen or dropped file is named; the form carries its bytes.
  const nameFile = (input) => {
    const form = input.form;
    const said = form?.querySelector('[data-file-name]');
    if (said)
      said.textContent = input.files?.[0]
        ? `${input.files[0].name}, ${input.files[0].size.toLocaleString('en-GB')} bytes, is kept as it is.`
        : '';
    if (input.files?.[0] && input.hasAttribute('data-submit')) form.requestSubmit();
    else if (input.files?.[0] && form?.hasAttribute('data-log')) {
      input.files[0]
        .slice(0, 200000)
        .text()
        .then((text) => preview(form, text));
    }
  };
  document.addEventListener('change', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.hasAttribute('data-file'))
      nameFile(event.target);
  });
  for (const area of document.querySelectorAll('[data-drop]')) {
    const input = area.form?.querySelector('[data-file]');
    if (!input) continue;
    area.addEventListener('dragover', (event) => {
      if (![...event.dataTransfer.types].includes('Files')) return;
      event.preventDefault();
      area.classList.add('dropping');
    });
    area.addEventListener('dragleave', () => area.classList.remove('dropping'));
    area.addEventListener('drop', (event) => {
      area.classList.remove('dropping');
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      input.files = event.dataTransfer.files;
      nameFile(input);
    });
  }

  // Log a block: what is read appears while somebody types or corrects it. The newest answer wins, and
  // whoever is in a field of it stays there.
  let latest = 0;
  async function preview(form, text) {
    const place = document.getElementById('preview');
    const area = form.querySelector('[data-preview]');
    const turn = ++latest;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.set(name, value);
    body.set('report', text.slice(0, 200000));
    const answer = await fetch(area.dataset.preview, {
      method: 'POST',
      body,
      headers: { accept: 'text/html' },
    }).catch(() => null);
    if (!answer?.ok || turn !== latest) return;
    const html = await answer.text();
    if (turn !== latest) return;
    const { activeElement } = document;
    const back = place.contains(activeElement) ? activeElement.id : '';
    const unfolded = place.querySelector('details')?.open;
    place.innerHTML = html;
    if (unfolded) place.querySelector('details').open = true;
    if (back) document.getElementById(back)?.focus();
  }
  for (const area of document.querySelectorAll('[data-preview]')) {
    let wait;
    area.addEventListener('input', () => {
      clearTimeout(wait);
      wait = setTimeout(() => preview(area.form, area.value), 250);
    });
    document.getElementById('preview')?.addEventListener('change', (event) => {
      if (event.target.matches('[name=provider], [name=addresses]')) void preview(area.form, area.value);
    });
  }

  // What is being written is there again after a look at another page, as long as nobody has saved another text since.
  for (const field of document.querySelectorAll('[data-keep]')) {
    const saved = field.value;
    // A form's field belongs to its page, a letter's text to the version that was opened.
    const of = field.dataset.keep === 'page' ? '' : field.form.elements.version.value;
    const key = `kept ${location.pathname} ${field.name} ${of}`;
    const said = field.form.querySelector('[data-unsaved]');
    const tell = () => {
      const kept = field.form.querySelectorAll('[data-keep]');
      said.textContent = [...kept].some((one) => one.value !== one.defaultValue) ? 'Not saved yet.' : '';
    };
    const kept = sessionStorage.getItem(key);
    if (kept !== null && kept !== saved) {
      field.value = kept;
      tell();
    }
    field.addEventListener('input', () => {
      if (field.value === saved) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, field.value);
      tell();
    });
  }

  // What is still being looked up is asked for again, until it says that it is done.
  const refresh = (part) =>
    setTimeout(async () => {
      const answer = await fetch(part.dataset.refresh, { headers: { accept: 'text/html' } }).catch(
        () => null,
      );
      if (!part.isConnected) return;
      if (!answer?.ok || part.contains(document.activeElement)) {
        refresh(part);
        return;
      }
      part.outerHTML = await answer.text();
      const next = document.getElementById(part.id);
      if (next?.dataset.refresh) refresh(next);
    }, 1500);
  for (const part of document.querySelectorAll('[data-refresh]')) refresh(part);
  document.addEventListener('part-swapped', ({ target }) => {
    for (const part of target.querySelectorAll('[data-refresh]')) refresh(part);
  });

  // On paper a field would be cut off at its edge: its text is printed instead.
  window.addEventListener('beforeprint', () => {
    for (const paper of document.querySelectorAll('[data-paper]'))
      paper.textContent = document.getElementById(paper.dataset.paper).value;
  });

  // Counts characters under the letter.
  for (const out of document.querySelectorAll('[data-count]')) {
    const area = document.getElementById(out.dataset.count);
    const show = () => {
      out.textContent = `${area.value.length.toLocaleString('en-GB')} characters`;
    };
    area?.addEventListener('input', show);
    if (area) show();
  }
})();
