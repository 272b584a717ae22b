/**
 * The browser as the client needs it: address, history, network, sockets, time; one value, so that tests give another.
 *
 * Called by `client.ts`. The code of a visit and of the call is loaded only when it is needed.
 */
import type { Fetch } from './creation';
import { webSocketTo } from './protocol/web_socket';
import type { PageSurroundings } from './state/page_memory';
import { browserTimers } from './timers';
import { whole } from './later_files';
import type { Visit } from './visit';
import type { VisitListener, VisitSurroundings } from './visit_surroundings';
import type { Remembered } from './state/page_memory';

export interface PageNews {
  /** The address got another fragment without loading the page: a link was followed. */
  readonly addressChanged: () => void;
  /** Back or forward, within this page. */
  readonly entryChanged: () => void;
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
  /** The same page, as the server has it now. */
  readonly loadAgain: () => void;
  /** Replace the page; Back does not return to it. */
  readonly goElsewhere: () => void;
}

/** Where quick exit leads, unless the organisation has chosen another page. */
const EXIT_PAGE = 'https://www.wikipedia.org/';

export function browser(exitPage: string | null = null): Surroundings {
  return {
    page: window,
    origin: location.origin,
    fetch: (url, init) => fetch(url, init),
    makeVisit: async (memory, listener) => {
      const { Visit } = await whole('visit', () => import('./visit'));
      return new Visit(memory, visitSurroundings(), listener);
    },
    watch,
    loadAgain: () => {
      location.reload();
    },
    goElsewhere: () => {
      leaveFor(exitPage ?? EXIT_PAGE);
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
      const { Call } = await whole('call', () => import('./call/call'));
      return new Call(browserTimers, listener);
    },
  };
}

/** Chromium on phones tells the kind of network; its other changes are only estimates of speed. */
interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

function watch({ addressChanged, entryChanged, networkChanged, inSight }: PageNews): void {
  addEventListener('popstate', entryChanged);
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

/** Another page takes the place of this one; in a frame that of the page around it, where the browser lets us. */
function leaveFor(page: string): void {
  try {
    (window.top ?? window).location.replace(page);
  } catch {
    location.replace(page);
  }
}
