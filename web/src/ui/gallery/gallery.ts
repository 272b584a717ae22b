/** Shows one story, `gallery.html?story=name&look=day&dir=rtl&lang=es`, or the list of them. No part of the served pages. */
import { mount } from 'svelte';
import { preferredLanguage, speak } from '../../i18n/language.svelte';
import App from '../App.svelte';
import { setLook } from '../look.svelte';
import { standIn } from './stand_in';
import { STORIES } from './stories';
import '../styles/tokens.css';
import '../styles/elements.css';

const place = document.getElementById('app');
if (place === null) throw new Error('gallery.html has no place for the app');

const wish = new URLSearchParams(window.location.search);
const story = STORIES[wish.get('story') ?? ''];
setLook(wish.get('look') === 'day' ? 'day' : 'night');
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
  mount(App, {
    target: place,
    props: {
      client: standIn(story.state),
      initialPanel: story.panel ?? null,
      initialStep: story.step ?? 'agreement',
    },
  });
}
