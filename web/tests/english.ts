/** Before each file of tests: `t` answers in English. */
import { learn, learnAll } from '../src/i18n/language.svelte';

await learn('en');
await learnAll();
