/**
 * What the organisation that runs this server has made its own: name, logo, languages, agreement, way out. Pure, but for the one question.
 *
 * Asked by `main.ts` before anything is shown; `ui/custom.svelte.ts` holds it for the screens. Colours come as a style sheet.
 */
import type { Fetch } from './creation';
import { LANGUAGES, type LanguageTag } from './i18n/languages';

export interface Custom {
  /** null: it says none. */
  readonly name: string | null;
  /** Where its picture is; null: there is none. */
  readonly logo: string | null;
  /** Offered, the first to whoever reads none of them; empty: all there are. */
  readonly languages: readonly LanguageTag[];
  /** Where quick exit leads; null: where it does as shipped. */
  readonly exitPage: string | null;
  readonly agreement: ReadonlyMap<LanguageTag, readonly string[]>;
}

export interface Points {
  readonly language: LanguageTag;
  readonly points: readonly string[];
}

export const AS_SHIPPED: Custom = {
  name: null,
  logo: null,
  languages: [],
  exitPage: null,
  agreement: new Map(),
};

const TAGS = Object.keys(LANGUAGES).filter(isTag);

function isTag(value: unknown): value is LanguageTag {
  return typeof value === 'string' && Object.hasOwn(LANGUAGES, value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** What cannot be read counts as left out: the page works without any of it. */
export function readCustom(value: unknown): Custom {
  const from: Readonly<Partial<Record<string, unknown>>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  const texts: Readonly<Partial<Record<string, unknown>>> =
    typeof from.agreement === 'object' && from.agreement !== null ? { ...from.agreement } : {};
  const agreement = new Map<LanguageTag, readonly string[]>();
  for (const tag of TAGS) {
    const points: unknown = texts[tag];
    if (Array.isArray(points) && points.length > 0 && points.every(isText)) agreement.set(tag, points);
  }
  return {
    name: isText(from.name) ? from.name : null,
    // A path of this server, never an address elsewhere.
    logo:
      isText(from.logo) && /^\/[a-z/]+$/.test(from.logo) && !from.logo.startsWith('//') ? from.logo : null,
    languages: Array.isArray(from.languages) ? from.languages.filter(isTag) : [],
    // A page, never something that the browser would run.
    exitPage: isText(from.exit_page) && from.exit_page.startsWith('https://') ? from.exit_page : null,
    agreement,
  };
}

/** As shipped when the server cannot be asked. */
export async function askCustom(fetch: Fetch): Promise<Custom> {
  try {
    const response = await fetch('/custom.json');
    return response.ok ? readCustom(await response.json()) : AS_SHIPPED;
  } catch {
    return AS_SHIPPED;
  }
}

/** The organisation's own agreement in this language, else in the first it has: never somebody else's. null: it has none. */
export function ownAgreement(custom: Custom, language: LanguageTag): Points | null {
  const points = custom.agreement.get(language);
  if (points !== undefined) return { language, points };
  for (const tag of [...custom.languages, ...custom.agreement.keys()]) {
    const others = custom.agreement.get(tag);
    if (others !== undefined) return { language: tag, points: others };
  }
  return null;
}
