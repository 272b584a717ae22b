/**
 * The browser as the client needs it: address, history, network, sockets, time; one value, so that tests give another.
 *
 * Called by `client.ts`. The code of a visit and of the call is loaded only when it is needed.
 */
import type { Fetch } from './creation';
import { webSocketTo } from './protocol/web_socket';
import type { PageSurroundings } from './state/page_memory';
import { browserTimers } from './timers';
import type { Visit, VisitListener, VisitSurroundings } from './visit';
import type { Remembered } from './state/page_memory';

export interface PageNews {
  /** The address got another fragment without loading the page: a link was followed. */
  readonly addressChanged: () => void;
  /** The device is on another network, or on one again. */
  readonly networkChanged: () => void;
  readonly inSight: () => void;
}

export interface Surroundings {
  readonly page: PageSurroundings;
  readonly origin: string;
  readonly fetch: Fetch;
  readonly makeVisit: (memory: Remembered, listener: VisitListener) => Promise<Visit>;
  readonly watch: (news: PageNews) => void;
  /** Replace the page; Back does not return to it. */
  readonly goElsewhere: () => void;
}

/** Where quick exit leads; an organisation sets another one with <meta name="exit-page" content="…">. */
const EXIT_PAGE = 'https://www.wikipedia.org/';

export function browser(): Surroundings {
  return {
    page: window,
    origin: location.origin,
    fetch: (url, init) => fetch(url, init),
    makeVisit: async (memory, listener) => {
      const { Visit } = await import('./visit');
      return new Visit(memory, visitSurroundings(), listener);
    },
    watch,
    goElsewhere: () => {
      const wish = document.querySelector<HTMLMetaElement>('meta[name="exit-page"]')?.content;
      location.replace(wish ?? EXIT_PAGE);
    },
  };
}

function visitSurroundings(): VisitSurroundings {
  const url = new URL('/ws', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  return {
    openWire: webSocketTo(url.href),
    timers: browserTimers,
    wallMs: () => Date.now(),
    makeCall: async (listener) => {
      const { Call } = await import('./call/call');
      return new Call(browserTimers, listener);
    },
  };
}

/** Chromium on phones tells the kind of network; its other changes are only estimates of speed. */
interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

function watch({ addressChanged, networkChanged, inSight }: PageNews): void {
  addEventListener('hashchange', addressChanged);
  addEventListener('online', networkChanged);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') inSight();
  });
  const { connection } = navigator as { readonly connection?: NetworkInformation };
  let before = connection?.type;
  connection?.addEventListener('change', () => {
    if (connection.type !== before) networkChanged();
    before = connection.type;
  });
}
