/** An address bar and the entries of a history, as far as the page's memory needs them. */
import type { PageSurroundings } from '../src/state/page_memory';

interface Entry {
  readonly state: unknown;
  readonly hash: string;
}

export class FakePage implements PageSurroundings {
  readonly location = { hash: '', pathname: '/', search: '?look=day' };
  readonly urls: string[] = [];
  readonly navigation = { currentEntry: { key: 'home' } };
  #behind: Entry[] = [];
  #ahead: Entry[] = [];
  readonly history = {
    state: null as unknown,
    replaceState: (state: unknown, _title: string, url: string) => {
      // As the browser does: what cannot be cloned throws, and the page gets a copy.
      this.history.state = structuredClone(state);
      this.urls.push(url);
      this.location.hash = '';
    },
    back: () => {
      this.#go(this.#behind, this.#ahead);
    },
  };

  restore(state: unknown): void {
    this.history.state = state;
  }

  /** Follow a link to another fragment of the open page. */
  follow(hash: string): void {
    this.#behind.push(this.#here());
    this.#ahead = [];
    this.#show({ state: null, hash });
  }

  forward(): void {
    this.#go(this.#ahead, this.#behind);
  }

  /** What every entry holds, whoever should go there. */
  get entries(): readonly unknown[] {
    return [...this.#behind, this.#here(), ...this.#ahead].map(({ state }) => state);
  }

  #go(to: Entry[], from: Entry[]): void {
    const entry = to.pop();
    if (entry === undefined) throw new Error('that leads out of the page');
    from.push(this.#here());
    this.#show(entry);
  }

  #here(): Entry {
    return { state: this.history.state, hash: this.location.hash };
  }

  #show({ state, hash }: Entry): void {
    this.history.state = state;
    this.location.hash = hash;
    this.navigation.currentEntry = {
      key: this.#behind.length === 0 ? 'home' : `entry ${this.#behind.length}`,
    };
  }
}
