/**
 * What the page remembers across a reload: in the state of its own history entry, nowhere else.
 *
 * Called by `client.ts`. The link is taken out of the address bar at once; leaving, removal and the end clear everything.
 * A link that is followed in the open page gets an entry of its own from the browser, and the one before it would keep what it holds, for
 * whoever goes back. So the page lives in one entry, the one in which it was loaded, and goes back to it from every other.
 */
import type { Media } from './media_wish';
import { fragmentOf, type Link, parseLink, DEVICE_BYTES } from '../crypto/secrets';

const RESUME_BYTES = 16;
const VERSION = 1;
/** All that an entry holds that is not the page's own. */
const ASIDE = 'aside';

/** For keep in touch. The private key cannot be read out, only used by this page. */
export interface ContactKeys {
  readonly privateKey: CryptoKey;
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/** A place in the meeting that can be taken up again. */
export interface RememberedPlace {
  readonly resume: Uint8Array<ArrayBuffer>;
  /** Sealed, as it was sent. */
  readonly profile: Uint8Array<ArrayBuffer>;
  /** What was sent from my devices, to be opened again. */
  readonly mic: boolean;
  readonly camera: boolean;
  /** What the meeting last told of it: what it had open and has closed since, only she opens again. */
  readonly told: Media;
  /** Of the public key in the profile; null: lost, nothing can be offered or opened. */
  readonly contact: ContactKeys | null;
}

export interface Remembered {
  readonly link: Link;
  readonly device: Uint8Array<ArrayBuffer>;
  /** How often the page was loaded with this link: 0, 1, 2 … */
  readonly loads: number;
  readonly place: RememberedPlace | null;
}

export type Found =
  | { readonly kind: 'nothing' }
  /** Something that wants to be a link and is none. */
  | { readonly kind: 'bad_link' }
  /** A link that was just opened. */
  | { readonly kind: 'link'; readonly link: Link }
  /** The page was loaded again. */
  | { readonly kind: 'remembered'; readonly remembered: Remembered };

/** The part of a window that is needed. */
export interface PageSurroundings {
  readonly location: Pick<Location, 'hash' | 'pathname' | 'search'>;
  readonly history: Pick<History, 'state' | 'replaceState' | 'back'>;
  /** Where the browser has it. */
  readonly navigation?: { readonly currentEntry: { readonly key: string } | null };
}

export class PageMemory {
  readonly #page: PageSurroundings;
  readonly #home: string | undefined;
  #isAway = false;
  /** What is to be written in the page's own entry, once it is there again. */
  #later: (() => void) | null = null;

  constructor(page: PageSurroundings) {
    this.#page = page;
    this.#home = page.navigation?.currentEntry?.key;
  }

  /** Read the address and the entry in which the page was loaded, once; afterwards the address no longer holds a link. */
  find(): Found {
    const { hash } = this.#page.location;
    const state: unknown = this.#page.history.state;
    const link = linkIn(hash);
    if (link !== null || state === ASIDE) this.#write(null);
    else if (hash !== '') this.#write(state);
    const remembered = read(state);
    return link ?? (remembered === null ? { kind: 'nothing' } : { kind: 'remembered', remembered });
  }

  /** The address got another fragment in the open page: what it says. The entry that this made is emptied and left. */
  followed(): Exclude<Found, { kind: 'remembered' }> {
    const { hash } = this.#page.location;
    if (hash === '') return { kind: 'nothing' };
    const key = this.#page.navigation?.currentEntry?.key;
    // Not a new entry but another content of ours, as a page around this one may ask for.
    const isOurs = key !== undefined && key === this.#home;
    this.#write(isOurs ? null : ASIDE);
    if (!isOurs) this.#goBack();
    return linkIn(hash) ?? { kind: 'nothing' };
  }

  /** Somebody, or `followed`, went to another entry of the open page. */
  entryChanged(): void {
    // A link is being followed: `followed` comes next.
    if (this.#page.location.hash !== '') return;
    if (this.#page.history.state === ASIDE) this.#goBack();
    else if (this.#isAway) this.#comeHome();
  }

  #goBack(): void {
    this.#isAway = true;
    this.#page.history.back();
  }

  #comeHome(): void {
    this.#isAway = false;
    this.#later?.();
    this.#later = null;
  }

  keep(remembered: Remembered): void {
    if (this.#isAway) {
      this.#later = () => {
        this.keep(remembered);
      };
      return;
    }
    const { link, ...rest } = remembered;
    const value = { version: VERSION, link: fragmentOf(link), ...rest };
    try {
      this.#write(value);
    } catch {
      // A browser that keeps no keys in its history: after a reload keep in touch does not work, all else does.
      const place = rest.place === null ? null : { ...rest.place, contact: null };
      this.#write({ ...value, place });
    }
  }

  clear(): void {
    if (this.#isAway) {
      this.#later = () => {
        this.clear();
      };
    } else this.#write(null);
  }

  #write(value: unknown): void {
    const { pathname, search } = this.#page.location;
    this.#page.history.replaceState(value, '', pathname + search);
  }
}

/** null: it is a place on the page, such as a skip link's target; a link has a dot. */
function linkIn(hash: string): Extract<Found, { kind: 'link' | 'bad_link' }> | null {
  if (!hash.includes('.')) return null;
  const link = parseLink(hash);
  return link === null ? { kind: 'bad_link' } : { kind: 'link', link };
}

/** Any value may stand in a history entry: only what is wholly right is used. */
function read(value: unknown): Remembered | null {
  if (!isRecord(value)) return null;
  const { version, link: fragment, device, loads, place } = value;
  const link = version === VERSION && typeof fragment === 'string' ? parseLink(fragment) : null;
  if (link === null || !isBytes(device, DEVICE_BYTES)) return null;
  if (typeof loads !== 'number' || !Number.isSafeInteger(loads) || loads < 0) return null;
  return { link, device, loads, place: readPlace(place) };
}

function readPlace(value: unknown): RememberedPlace | null {
  if (!isRecord(value)) return null;
  const { resume, profile, mic, camera, told, contact } = value;
  if (!isBytes(resume, RESUME_BYTES) || !isBytes(profile)) return null;
  if (typeof mic !== 'boolean' || typeof camera !== 'boolean') return null;
  if (!isRecord(told) || typeof told.mic !== 'boolean' || typeof told.camera !== 'boolean') return null;
  return {
    resume,
    profile,
    mic,
    camera,
    told: { mic: told.mic, camera: told.camera },
    contact: readKeys(contact),
  };
}

function readKeys(value: unknown): ContactKeys | null {
  if (!isRecord(value)) return null;
  const { privateKey, publicKey } = value;
  return privateKey instanceof CryptoKey && isBytes(publicKey) ? { privateKey, publicKey } : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isBytes(value: unknown, length?: number): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array && (length === undefined || value.length === length);
}
