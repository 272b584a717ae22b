/** Begins the screens: colours, language, client. Called by `main.ts` alone. */
import { mount } from 'svelte';
import { KithClient } from './client';
import type { Custom } from './custom';
import { speak } from './i18n/language.svelte';
import type { LanguageTag } from './i18n/languages';
import { browser } from './surroundings';
import App from './ui/App.svelte';
import { fetchHelplines } from './ui/help/help.svelte';
import { beginCustom } from './ui/custom.svelte';
import { noteLostStyles } from './ui/later/lost_styles';
import { beginLook } from './ui/look.svelte';

/** The page is there, in this language or else in English. */
export async function begin(language: LanguageTag, custom: Custom): Promise<void> {
  const place = document.getElementById('app');
  if (place === null) throw new Error('index.html has no place for the app');

  noteLostStyles(window);
  beginCustom(custom);
  beginLook(new Date().getHours());
  const client = new KithClient(browser(custom.exitPage));
  if (!(await speak(language))) await speak('en');
  client.start();
  mount(App, { target: place, props: { client } });
  fetchHelplines();
  // Not needed to come in: after everything that is.
  import('./presence/attend').then(
    ({ attend }) => {
      attend(client);
    },
    () => undefined,
  );
}
