/**
 * How many columns the tiles get: the number that makes them largest; pure.
 *
 * Called by `TileGrid.svelte` whenever the room or the stage changes.
 */

/** A tile is drawn between these shapes (width : height). */
const WIDEST = 16 / 9;
const NARROWEST = 3 / 4;
/** Below this nobody recognises anybody: the tiles scroll instead. CSS px. */
export const SMALLEST_TILE_PX = 96;
/** Between tiles, CSS px; the same as --gap-s of the tokens. */
export const GAP_PX = 8;

export interface Grid {
  readonly columns: number;
  /** CSS px of one tile. */
  readonly width: number;
  readonly height: number;
}

function gridOf(columns: number, count: number, width: number, height: number): Grid {
  const rows = Math.ceil(count / columns);
  const cellWidth = (width - GAP_PX * (columns - 1)) / columns;
  const cellHeight = (height - GAP_PX * (rows - 1)) / rows;
  const tileHeight = Math.max(Math.min(cellHeight, cellWidth / NARROWEST), SMALLEST_TILE_PX);
  const tileWidth = Math.min(cellWidth, tileHeight * WIDEST);
  return { columns, width: Math.floor(tileWidth), height: Math.floor(tileHeight) };
}

function rank(grid: Grid, count: number, height: number): number {
  const rows = Math.ceil(count / grid.columns);
  const needed = rows * grid.height + GAP_PX * (rows - 1);
  const shown = Math.min(1, height / needed);
  const usable = grid.width >= SMALLEST_TILE_PX ? 1 : 0.25;
  return grid.width * grid.height * shown * shown * usable;
}

/** The grid with the largest tiles that are all in sight, or as many as can be. */
export function bestGrid(count: number, width: number, height: number): Grid {
  let best = gridOf(1, Math.max(count, 1), width, height);
  for (let columns = 2; columns <= count; columns += 1) {
    const candidate = gridOf(columns, count, width, height);
    if (rank(candidate, count, height) > rank(best, count, height)) best = candidate;
  }
  return best;
}
