import { expect, test } from 'vitest';
import { linkTo } from './resource_link';

test('an https address is a link', () => {
  expect(linkTo('https://example.org/a?b#c')).toEqual({
    address: 'https://example.org/a?b#c',
    href: 'https://example.org/a?b#c',
  });
});

test.each([
  'http://example.org',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'data:text/html,x',
  'blob:https://example.org/x',
  'mailto:ana@example.org',
  'tel:+123',
  'ftp://example.org',
  'https://bank.example@evil.example/',
  'https://:secret@evil.example/',
  'example.org',
  '//example.org',
  '/path',
  'https://',
  'call us',
  '',
])('%j is shown as text', (address) => {
  expect(linkTo(address)).toEqual({ address, href: null });
});
