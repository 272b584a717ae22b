/**
 * Stylesheets that did not come: Vite asks once for each and takes a second try for done, so that its part would be drawn without.
 *
 * Called by `begin.ts`, once, and by whatever is loaded again after a failure.
 */
const lost = new Set<string>();

export function noteLostStyles(page: Window): void {
  const note = ({ target }: Event): void => {
    if (!(target instanceof HTMLLinkElement) || target.rel !== 'stylesheet') return;
    lost.add(target.href);
    target.remove();
  };
  page.addEventListener('error', note, true);
}

/** All that was lost is here. Raises: Error where one did not come again. */
export async function fetchLostStyles(): Promise<void> {
  const hrefs = [...lost];
  lost.clear();
  await Promise.all(hrefs.map(fetchOne));
}

function fetchOne(href: string): Promise<void> {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.crossOrigin = '';
  link.href = href;
  return new Promise((resolve, reject) => {
    link.onload = () => {
      resolve();
    };
    link.onerror = () => {
      reject(new Error('a stylesheet did not come'));
    };
    document.head.append(link);
  });
}
