/**
 * Lines one can call or write to, by country: what the list must be, and the links that reach a line.
 *
 * Read by the help card, and by `vite.config.ts`: a list that is wrong fails the build. The server reads an organisation's own list by the
 * same rules (`server/helplines.py`). Nothing here chooses a country: only the person does.
 */
import type { Fetch } from './creation';

/** crisis: for when it is too much now. support: somebody to talk to. */
export type LineKind = 'crisis' | 'support';
export type LineAbout = 'birth' | 'violence' | 'health';

export interface Helpline {
  /** In its own language, as `lang` says. */
  readonly name: string;
  readonly lang: string;
  readonly kind: LineKind;
  /** null: whatever it is. */
  readonly about: LineAbout | null;
  /** As people write it; null: one cannot call it. */
  readonly call: string | null;
  /** Where to send a text message; null: nowhere. */
  readonly text: string | null;
  /** What to write there; null: whatever one likes. */
  readonly words: string | null;
  /** `24/7`, or words in the line's language; null: not known here. */
  readonly hours: string | null;
  /** The day on which somebody checked all this, YYYY-MM-DD. */
  readonly verified: string;
}

export interface HelpCountry {
  /** ISO 3166-1, two capitals. */
  readonly code: string;
  readonly emergency: readonly string[];
  readonly lines: readonly Helpline[];
}

export interface Helplines {
  readonly countries: readonly HelpCountry[];
  readonly elsewhere: { readonly name: string; readonly address: string };
}

export const DAY_AND_NIGHT = '24/7';

const COUNTRY = /^[A-Z]{2}$/;
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
const NUMBER = /^\+?[0-9][0-9 -]{1,19}$/;
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const WEB = /^https:\/\/[^\s]+$/;
const MAX_CHARACTERS = 120;

type Raw = Readonly<Partial<Record<string, unknown>>>;

function raw(value: unknown): Raw {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function rows(from: Raw, key: string): readonly unknown[] {
  const value = from[key];
  if (!Array.isArray(value) || value.length === 0) throw new Error(`${key}: a list of one or more is needed`);
  return value;
}

/** Runs the reader of a part and says of which part it complains. */
function within<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${place}: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
}

function words(from: Raw, key: string): string {
  const value = from[key];
  if (typeof value !== 'string' || value.trim() === '' || value.length > MAX_CHARACTERS)
    throw new Error(`${key}: a text of 1 to ${MAX_CHARACTERS} characters is needed`);
  return value;
}

function like(from: Raw, key: string, pattern: RegExp): string {
  const value = words(from, key);
  if (!pattern.test(value)) throw new Error(`${key}: it does not look like one`);
  return value;
}

function oneOf<const T extends string>(from: Raw, key: string, known: readonly T[]): T {
  const value = known.find((one) => one === from[key]);
  if (value === undefined) throw new Error(`${key}: one of ${known.join(', ')} is needed`);
  return value;
}

/** Left out counts as null. */
function perhaps<T>(from: Raw, key: string, read: () => T): T | null {
  return (from[key] ?? null) === null ? null : read();
}

function lineOf(value: unknown): Helpline {
  const from = raw(value);
  const line: Helpline = {
    name: words(from, 'name'),
    lang: like(from, 'lang', LANGUAGE),
    kind: oneOf(from, 'kind', ['crisis', 'support']),
    about: perhaps(from, 'about', () => oneOf(from, 'about', ['birth', 'violence', 'health'])),
    call: perhaps(from, 'call', () => like(from, 'call', NUMBER)),
    text: perhaps(from, 'text', () => like(from, 'text', NUMBER)),
    words: perhaps(from, 'words', () => words(from, 'words')),
    hours: perhaps(from, 'hours', () => words(from, 'hours')),
    verified: like(from, 'verified', DAY),
  };
  if (line.call === null && line.text === null) throw new Error('call or text is needed');
  return line;
}

function countryOf(value: unknown): HelpCountry {
  const from = raw(value);
  return {
    code: like(from, 'code', COUNTRY),
    emergency: rows(from, 'emergency').map((number) => like({ emergency: number }, 'emergency', NUMBER)),
    lines: rows(from, 'lines').map((line, index) => within(`line ${index + 1}`, () => lineOf(line))),
  };
}

/** Throws an error that says where the list is wrong. */
export function readHelplines(value: unknown): Helplines {
  const from = raw(value);
  const countries = rows(from, 'countries').map((country, index) =>
    within(`country ${index + 1}`, () => countryOf(country)),
  );
  if (new Set(countries.map(({ code }) => code)).size < countries.length)
    throw new Error('countries: each may be there once');
  const elsewhere = raw(from.elsewhere);
  return {
    countries,
    elsewhere: within('elsewhere', () => ({
      name: words(elsewhere, 'name'),
      address: like(elsewhere, 'address', WEB),
    })),
  };
}

/** null: it could not be had; ask again later. */
export async function askHelplines(fetch: Fetch): Promise<Helplines | null> {
  try {
    const response = await fetch('/helplines.json');
    return response.ok ? readHelplines(await response.json()) : null;
  } catch {
    return null;
  }
}

function digits(number: string): string {
  return number.replace(/[ -]/g, '');
}

/** RFC 3966; local numbers as one dials them there. */
export function callLink(number: string): string {
  return `tel:${digits(number)}`;
}

/** RFC 5724; `?&` is what the phones of both makers understand. */
export function textLink(number: string, body: string | null): string {
  return body === null ? `sms:${digits(number)}` : `sms:${digits(number)}?&body=${encodeURIComponent(body)}`;
}
