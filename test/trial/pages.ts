/** A person at the desk's pages, as far as forms go: signs in, and sends a form with what its page gave. */
export async function signedInPages(url: string, email: string, password: string) {
  const cookies = new Map<string, string>();
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const answer = await fetch(url + path, {
      ...init,
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...init.headers,
      },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return answer;
  };
  const hidden = (page: string, name: string) =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '';
  /** Sends a form that stands on `from`. Throws what the page says when it is not taken. */
  const post = async (path: string, fields: Record<string, string>, from = '/settings/account') => {
    const page = await (await ask(from)).text();
    const keys = { _csrf: hidden(page, '_csrf'), _once: hidden(page, '_once') };
    const answer = await ask(path, { method: 'POST', body: new URLSearchParams({ ...keys, ...fields }) });
    if (answer.status !== 303)
      throw new Error(
        `POST ${path}: ${answer.status} ${(await answer.text()).replace(/<[^>]*>\s*/g, ' ').slice(0, 2000)}`,
      );
  };
  await post('/sign-in', { email, password }, '/sign-in');
  return { post };
}
