/** Shows one story, `gallery.html?story=name&look=day&dir=rtl&lang=es`, or the list of them. No part of the served pages. */
import { mount, tick, unmount } from 'svelte';
import { speak } from '../../i18n/language.svelte';
import { preferredLanguage } from '../../i18n/languages';
import App from '../App.svelte';
import { setCalm } from '../calm.svelte';
import { chooseCountry, closeHelp, openHelp, useHelplines } from '../help/help.svelte';
import { inside, starting } from '../later/later.svelte';
import { knowFiles, whole } from '../../later_files';
import { noteLostStyles } from '../later/lost_styles';
import { setLook } from '../look.svelte';
import { HELPLINES } from './helplines';
import { standIn } from './stand_in';
import { STORIES } from './stories';
import type { Story } from './telling';
import '../styles/tokens.css';
import '../styles/elements.css';

const place = document.getElementById('app');
if (place === null) throw new Error('gallery.html has no place for the app');

const wish = new URLSearchParams(window.location.search);
const ask = window.fetch.bind(window);
knowFiles(document.getElementById('later-files')?.textContent, ask);
// There is nobody to ask but for its own files.
window.fetch = () => Promise.reject(new TypeError('no network'));
noteLostStyles(window);
window.speak = async (language) => {
  if (!(await speak(language))) throw new Error(`no words in ${language}`);
  await tick();
};

let drawn: Record<string, unknown> | null = null;

async function draw(story: Story, target: HTMLElement): Promise<void> {
  if (drawn !== null) await unmount(drawn);
  setCalm(story.calm === true);
  await useHelplines(story.help === null ? null : HELPLINES);
  // a story is drawn as a whole, not as its files come
  await Promise.all([
    inside.fetch(),
    starting.fetch(),
    ...[
      whole('GrantsPanel', () => import('../lead/GrantsPanel.svelte')),
      whole('LeadPanel', () => import('../lead/LeadPanel.svelte')),
      whole('RoomsPanel', () => import('../rooms/RoomsPanel.svelte')),
      whole('SessionLead', () => import('../session/SessionLead.svelte')),
    ].map((panel) => panel.catch(() => null)), // drawn as a panel that did not come
  ]);
  chooseCountry(story.help ?? null);
  if (story.help === undefined) closeHelp();
  else openHelp();
  drawn = mount(App, {
    target,
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
  await tick();
}

function list(): HTMLElement {
  const items = document.createElement('ul');
  for (const name of Object.keys(STORIES)) {
    const link = document.createElement('a');
    link.href = `?story=${name}`;
    link.textContent = name;
    const item = document.createElement('li');
    item.append(link);
    items.append(item);
  }
  return items;
}

window.tell = async (name) => {
  const next = STORIES[name];
  if (next === undefined) throw new Error(`there is no story ${name}`);
  await draw(next, place);
};

setLook(wish.get('look') === 'day' ? 'day' : 'night');
await speak(preferredLanguage([wish.get('lang') ?? 'en']));
if (wish.get('dir') === 'rtl') document.documentElement.dir = 'rtl';
const story = STORIES[wish.get('story') ?? ''];
if (story === undefined) place.append(list());
else await draw(story, place);
