/** The pages that a browser shows at the end of a sign-in: small, plain, without anything from elsewhere. */

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => escapes[character] ?? character);
}

export interface Page {
  readonly html: string;
  /** The Content-Security-Policy it is served with. */
  readonly policy: string;
}

const basePolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function page(title: string, text: string, nonce: string, script = ''): Page {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 34rem; margin: 15vh auto; padding: 0 1rem; overflow-wrap: anywhere; }
</style>
<main>
  <h1>${escapeHtml(title)}</h1>
  <p role="status">${escapeHtml(text)}</p>
</main>
${script && `<script nonce="${nonce}">${script}</script>`}
</html>
`;
  const scripts = script && `; script-src 'nonce-${nonce}'; connect-src 'self'`;
  return { html, policy: `${basePolicy}; style-src 'nonce-${nonce}'${scripts}` };
}

export function signedInPage(server: string, nonce: string): Page {
  return page('You are signed in', `Countersign has its answer from ${server}. You can close this window.`, nonce);
}

/** `problem`: what went wrong, in the server's words where it has some. */
export function failurePage(problem: string, nonce: string): Page {
  return page('Signing in failed', `${problem} You can close this window and go back to Countersign.`, nonce);
}

export function noticePage(text: string, nonce: string): Page {
  return page('Countersign', text, nonce);
}

/** Hands on what only the browser sees, the part behind `#`, and takes it out of the address. */
export function relayPage(nonce: string): Page {
  const script = `
const answer = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
const line = document.querySelector('p');
fetch(location.pathname, { method: 'POST', body: new URLSearchParams(answer) })
  .then(response => response.text())
  .then(text => {
    const page = new DOMParser().parseFromString(text, 'text/html');
    document.title = page.title;
    document.querySelector('main').replaceWith(page.querySelector('main'));
  })
  .catch(() => { line.textContent = 'Countersign is no longer waiting for this sign-in.'; });
`;
  return page('Signing in', 'One moment …', nonce, script);
}
