/**
 * What is half typed in a panel while the panel is closed; in memory only, and gone with the meeting's page.
 *
 * Provided by `MeetingPage.svelte`, used by the forms of its panels.
 */
import { createContext, onDestroy } from 'svelte';

const [getAll, setAll] = createContext<Map<string, unknown>>();

export function provideHalfTyped(): void {
  setAll(new Map());
}

/** As it was left; null: nothing was. now: what there is when the form goes, null where nothing of it is to stay. Call while it begins. */
export function halfTyped<T>(form: string, now: () => T | null): T | null {
  const all = getAll();
  onDestroy(() => {
    all.set(form, now());
  });
  return (all.get(form) as T | null | undefined) ?? null;
}
