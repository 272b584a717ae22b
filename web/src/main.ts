/** Begins the page: colours, language, client, screens. Loaded by index.html and by nothing else. */
import { mount } from 'svelte';
import { KithClient } from './client';
import { preferredLanguage, speak } from './i18n/language.svelte';
import App from './ui/App.svelte';
import { beginLook } from './ui/look.svelte';
import './ui/styles/tokens.css';
import './ui/styles/elements.css';

const place = document.getElementById('app');
if (place === null) throw new Error('index.html has no place for the app');

beginLook(new Date().getHours());
const client = new KithClient();
await speak(preferredLanguage(navigator.languages));
client.start();
mount(App, { target: place, props: { client } });
