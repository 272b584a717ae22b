/**
 * Hands the client and its newest state to every component below `App.svelte`.
 *
 * Called by `App.svelte` (once) and by the components. Imports types of the client only.
 */
import { createContext } from 'svelte';
import type { KithClient } from '../client';
import type { AppState } from '../state/model';

/** What the screens may call: the public side of the client, so that the gallery can stand in for it. */
export type Client = Pick<KithClient, keyof KithClient>;

export interface Kith {
  readonly client: Client;
  /** Reactive. */
  readonly state: AppState;
}

const [getKith, setKith] = createContext<Kith>();

export { getKith };

/** Follows the client from now on; call the returned function to stop. */
export function provideKith(client: Client): { readonly kith: Kith; readonly stop: () => void } {
  let state = $state.raw(client.state);
  const kith: Kith = {
    client,
    get state() {
      return state;
    },
  };
  const stop = client.subscribe((next) => {
    state = next;
  });
  setKith(kith);
  return { kith, stop };
}
