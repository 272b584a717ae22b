/**
 * Holds the state and tells who listens; every change goes through `reduce`.
 *
 * Made by `client.ts`. `dispatch` may be called while a change is told: the next change waits its turn.
 */
import type { Fact } from './facts';
import type { AppState } from './model';
import { INITIAL, reduce } from './reduce';

export type Listener = (state: AppState) => void;
export type Dispatch = (fact: Fact) => void;

export class Store {
  #state: AppState = INITIAL;
  readonly #listeners = new Set<Listener>();
  readonly #waiting: Fact[] = [];
  #telling = false;

  get state(): AppState {
    return this.#state;
  }

  /** Called at once and after every change. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  readonly dispatch: Dispatch = (fact) => {
    this.#waiting.push(fact);
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
        this.#apply(next);
    } finally {
      this.#telling = false;
    }
  };

  #apply(fact: Fact): void {
    const next = reduce(this.#state, fact);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of [...this.#listeners]) listener(next);
  }
}
