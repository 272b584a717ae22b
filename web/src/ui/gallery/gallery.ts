/** Shows one story, `gallery.html?story=name&look=day&dir=rtl&lang=es`, or the list of them. No part of the served pages. */
import { mount, tick } from 'svelte';
import { speak } from '../../i18n/language.svelte';
import { preferredLanguage } from '../../i18n/languages';
import App from '../App.svelte';
import { setCalm } from '../calm.svelte';
import { chooseCountry, openHelp, useHelplines } from '../help/help.svelte';
import { inside, starting } from '../later/later.svelte';
import { noteLostStyles } from '../later/lost_styles';
import { setLook } from '../look.svelte';
import { HELPLINES } from './helplines';
import { standIn } from './stand_in';
import { STORIES } from './stories';
import '../styles/tokens.css';
import '../styles/elements.css';

const place = document.getElementById('app');
if (place === null) throw new Error('gallery.html has no place for the app');

const wish = new URLSearchParams(window.location.search);
const story = STORIES[wish.get('story') ?? ''];
// There is nobody to ask.
window.fetch = () => Promise.reject(new TypeError('no network'));
noteLostStyles(window);
setLook(wish.get('look') === 'day' ? 'day' : 'night');
window.speak = async (language) => {
  if (!(await speak(language))) throw new Error(`no words in ${language}`);
  await tick();
};
await speak(preferredLanguage([wish.get('lang') ?? 'en']));
if (wish.get('dir') === 'rtl') document.documentElement.dir = 'rtl';

if (story === undefined) {
  const list = document.createElement('ul');
  for (const name of Object.keys(STORIES)) {
    const link = document.createElement('a');
    link.href = `?story=${name}`;
    link.textContent = name;
    const item = document.createElement('li');
    item.append(link);
    list.append(item);
  }
  place.append(list);
} else {
  setCalm(story.calm === true);
  if (story.help !== null) await useHelplines(HELPLINES);
  // a story is drawn as a whole, not as its files come
  await Promise.all([
    inside.fetch(),
    starting.fetch(),
    import('../lead/GrantsPanel.svelte'),
    import('../lead/LeadPanel.svelte'),
    import('../rooms/RoomsPanel.svelte'),
    import('../session/SessionLead.svelte'),
  ]);
  if (story.help !== undefined) openHelp();
  if (story.help) chooseCountry(story.help);
  mount(App, {
    target: place,
    props: {
      client: standIn(story.state),
      initialPanel: story.panel ?? null,
      initialStep: story.step ?? 'agreement',
    },
  });
  for (const tapped of story.taps ?? []) {
    await tick();
    const [testid = '', value] = tapped.split('=');
    const found = document.querySelector<HTMLElement>(`[data-testid='${testid}']`);
    if (value === undefined) found?.click();
    else if (found instanceof HTMLSelectElement) {
      found.value = value;
      found.dispatchEvent(new Event('change', { bubbles: true }));
    }
  }
}
