/* Passkeys: a form asks the desk what to sign, the browser and its owner sign it, and the form is sent with it. */
(() => {
  const forms = [...document.querySelectorAll('form[data-passkey]')];
  if (!window.PublicKeyCredential) return;

  const octets = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0));
  const textOf = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .replace(/=+$/, '');
  const known = (list) => (list ?? []).map((one) => ({ ...one, id: octets(one.id) }));

  async function sign(options) {
    const challenge = octets(options.challenge);
    const { id, response } = options.user
      ? await navigator.credentials.create({
          publicKey: {
            ...options,
            challenge,
            user: { ...options.user, id: octets(options.user.id) },
            excludeCredentials: known(options.excludeCredentials),
          },
        })
      : await navigator.credentials.get({
          publicKey: { ...options, challenge, allowCredentials: known(options.allowCredentials) },
        });
    const parts = { transports: response.getTransports?.() };
    for (const name of [
      'clientDataJSON',
      'attestationObject',
      'authenticatorData',
      'signature',
      'userHandle',
    ])
      if (response[name]) parts[name] = textOf(response[name]);
    return JSON.stringify({ id, response: parts });
  }

  const WORDS = {
    NotAllowedError: 'No passkey was used. Try again, or use another way.',
    InvalidStateError: 'This key or device is among your passkeys already.',
    SecurityError: 'Passkeys work only under the address that this desk is set up for.',
  };

  async function go(form, said) {
    said.textContent = '';
    const answer = await fetch(form.dataset.passkey, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form)),
      headers: { accept: 'application/json' },
    }).catch(() => null);
    const options = await answer?.json().catch(() => null);
    if (!answer?.ok || !options) {
      said.textContent = options?.problem ?? 'The desk did not answer. Load the page again, then try again.';
      return;
    }
    try {
      form.elements.passkey.value = await sign(options);
    } catch (error) {
      said.textContent =
        WORDS[error.name] ?? 'This passkey could not be used. Try again, or use another way.';
      return;
    }
    form.submit();
  }

  for (const form of forms) {
    const button = form.querySelector('button');
    const said = form.querySelector('[data-passkey-said]');
    form.hidden = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (button.disabled) return;
      button.disabled = true;
      await go(form, said);
      button.disabled = false;
    });
  }
})();
