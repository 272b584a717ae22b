/**
 * What the page remembers across a reload: in the state of its own history entry, nowhere else.
 *
 * Called by `client.ts`. The link is taken out of the address bar at once; leaving, removal and the end clear everything.
 */
import { fragmentOf, type Link, parseLink, DEVICE_BYTES } from '../crypto/secrets';

const RESUME_BYTES = 16;
const VERSION = 1;

/** A place in the meeting that can be taken up again. */
export interface RememberedPlace {
  readonly resume: Uint8Array<ArrayBuffer>;
  /** Sealed, as it was sent. */
  readonly profile: Uint8Array<ArrayBuffer>;
  /** What was sent from my devices, to be opened again. */
  readonly mic: boolean;
  readonly camera: boolean;
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
  readonly history: Pick<History, 'state' | 'replaceState'>;
}

export class PageMemory {
  readonly #page: PageSurroundings;

  constructor(page: PageSurroundings) {
    this.#page = page;
  }

  /** Read the address once; afterwards it no longer holds the link. */
  find(): Found {
    const { hash } = this.#page.location;
    // Without a dot it is a place on the page, such as a skip link's target.
    if (hash.includes('.')) {
      this.#write(null);
      const link = parseLink(hash);
      return link === null ? { kind: 'bad_link' } : { kind: 'link', link };
    }
    const remembered = read(this.#page.history.state);
    return remembered === null ? { kind: 'nothing' } : { kind: 'remembered', remembered };
  }

  keep(remembered: Remembered): void {
    const { link, ...rest } = remembered;
    this.#write({ version: VERSION, link: fragmentOf(link), ...rest });
  }

  clear(): void {
    this.#write(null);
  }

  #write(value: unknown): void {
    const { pathname, search } = this.#page.location;
    this.#page.history.replaceState(value, '', pathname + search);
  }
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
  const { resume, profile, mic, camera } = value;
  if (!isBytes(resume, RESUME_BYTES) || !isBytes(profile)) return null;
  if (typeof mic !== 'boolean' || typeof camera !== 'boolean') return null;
  return { resume, profile, mic, camera };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isBytes(value: unknown, length?: number): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array && (length === undefined || value.length === length);
}
