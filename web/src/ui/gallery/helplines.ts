/** Made-up lines for the gallery: nobody is called by mistake. */
import { readHelplines } from '../../helplines';

const LINE = { lang: 'en', kind: 'support', call: '0800 000 001', hours: '24/7', verified: '2026-01-12' };

export const HELPLINES = readHelplines({
  countries: [
    {
      code: 'GB',
      emergency: ['999'],
      lines: [
        { ...LINE, name: 'Line for mothers', about: 'birth', text: '0800 000 001' },
        { ...LINE, name: 'Somebody listens', kind: 'crisis', call: '000 001' },
        { ...LINE, name: 'Just write', kind: 'crisis', call: null, text: '00001', words: 'HELLO' },
        { ...LINE, name: 'Safe at home', kind: 'crisis', about: 'violence', hours: null },
        {
          ...LINE,
          name: 'خط الأمهات',
          lang: 'ar',
          about: 'health',
          hours: 'من الأحد إلى الخميس، ٩:٠٠–١٧:٠٠',
        },
      ],
    },
    { code: 'IE', emergency: ['112', '999'], lines: [{ ...LINE, name: 'Somebody listens' }] },
  ],
  elsewhere: { name: 'Find A Helpline', address: 'https://findahelpline.com' },
});
