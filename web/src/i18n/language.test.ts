import { expect, test } from 'vitest';
import { knowFiles } from '../later_files';
import { learn, t } from './language.svelte';

test('of two languages that are chosen one after the other the later one is spoken, whichever comes last', async () => {
  let come: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => (come = resolve));
  knowFiles(JSON.stringify({ fr: ['/fr.js'] }), async () => {
    await slow;
    return new Response('');
  });
  const first = learn('fr');
  expect(await learn('es')).toBe(true);
  const spanish = t('app.continue');
  come();
  expect(await first).toBe(true);
  expect(t('app.continue')).toBe(spanish);
});
