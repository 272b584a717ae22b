/** An address bar and a history entry, as far as the page's memory needs them. */
import type { PageSurroundings } from '../src/state/page_memory';

export class FakePage implements PageSurroundings {
  readonly location = { hash: '', pathname: '/', search: '?look=day' };
  readonly urls: string[] = [];
  readonly history = {
    state: null as unknown,
    replaceState: (state: unknown, _title: string, url: string) => {
      // As the browser does: what cannot be cloned throws, and the page gets a copy.
      this.history.state = structuredClone(state);
      this.urls.push(url);
      this.location.hash = '';
    },
  };

  restore(state: unknown): void {
    this.history.state = state;
  }
}
