/**
 * Begins the page: asks for the words of its language and for the screens at the same time. Loaded by index.html and by nothing else.
 *
 * As small as can be: the language is known only here, and what is asked for here is asked for first.
 */
import { askCustom } from './custom';
import { LANGUAGES, preferredLanguage } from './i18n/languages';
import { knowFiles } from './later_files';
import './ui/styles/tokens.css';
import './ui/styles/elements.css';

knowFiles(document.getElementById('later-files')?.textContent);
const asked = askCustom((url) => fetch(url));
const likely = preferredLanguage(navigator.languages);
LANGUAGES[likely].load().catch(() => null); // `begin` asks again: for the same, or once more for what did not come
const [{ begin }, custom] = await Promise.all([import('./begin'), asked]);
await begin(preferredLanguage(navigator.languages, custom.languages), custom);
