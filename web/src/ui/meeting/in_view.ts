/** Which tiles are scrolled into view; called by `TileGrid.svelte`. */

/** Tells, now and whenever it changes, whose tiles (`data-person`) can be seen in the stage. Returns how to stop. */
export function watchInView(stage: Element, tell: (people: ReadonlySet<string>) => void): () => void {
  const seen = new Set<string>();
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const who = target instanceof HTMLElement ? target.dataset.person : undefined;
        if (who === undefined) continue;
        if (isIntersecting) seen.add(who);
        else seen.delete(who);
      }
      tell(new Set(seen));
    },
    { root: stage },
  );
  for (const tile of stage.querySelectorAll('[data-person]')) watcher.observe(tile);
  return () => {
    watcher.disconnect();
  };
}
