import { describe, expect, it } from 'vitest';
import { GAP_PX, SMALLEST_TILE_PX, bestGrid } from './grid';

describe('the grid of tiles', () => {
  it.each([
    // people, width, height, columns
    [1, 344, 500, 1],
    [2, 344, 500, 1],
    [4, 344, 500, 2],
    [6, 344, 500, 2],
    [12, 344, 500, 3],
    [2, 1424, 780, 2],
    [6, 1424, 780, 3],
    [12, 1424, 780, 4],
  ])('of %i people on %i × %i px has %i columns', (people, width, height, columns) => {
    expect(bestGrid(people, width, height).columns).toBe(columns);
  });

  it('never draws wider than the stage', () => {
    for (let people = 1; people <= 40; people += 1) {
      const { columns, width } = bestGrid(people, 344, 500);
      expect(columns * width + (columns - 1) * GAP_PX).toBeLessThanOrEqual(344);
    }
  });

  it('scrolls rather than making tiles too small to recognise anybody', () => {
    for (let people = 1; people <= 40; people += 1) {
      const { width, height } = bestGrid(people, 344, 500);
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(SMALLEST_TILE_PX);
    }
  });

  it('is a sane one before the stage has a size and without anybody', () => {
    expect(bestGrid(0, 0, 0).columns).toBe(1);
    expect(bestGrid(3, 0, 0).columns).toBeGreaterThanOrEqual(1);
  });
});
