import { describe, expect, it } from 'vitest';
import { around, nearestPlace, wasMoved } from './focus';

interface Box {
  readonly name: string;
  isConnected: boolean;
  readonly parentElement: Box | null;
  readonly place: string | null;
}

function box(name: string, parentElement: Box | null, place: string | null = null): Box {
  return { name, isConnected: true, parentElement, place };
}

const page = box('page', null, 'heading');
const bar = box('bar', page, 'hand');
const sheet = box('sheet', bar);
const button = box('button', sheet);

describe('when what had the focus goes away, it', () => {
  const parts = around(button);
  const placeIn = (part: Box) => part.place;

  it('looks from the inside to the outside', () => {
    expect(parts.map((part) => part.name)).toEqual(['sheet', 'bar', 'page']);
  });

  it('goes to the nearest part that has a place', () => {
    expect(nearestPlace(parts, placeIn)).toBe('hand');
  });

  it('passes over what has gone away, too', () => {
    bar.isConnected = false;
    expect(nearestPlace(parts, placeIn)).toBe('heading');
  });

  it('stays where it is when there is no place at all', () => {
    expect(nearestPlace([sheet], placeIn)).toBeNull();
  });
});

describe('what is still there', () => {
  const entry = { contains: (one: unknown) => one === button };
  const other = { contains: () => false };

  it('was moved where it, or what holds it, was taken out meanwhile', () => {
    expect(wasMoved(button, [{ removedNodes: [other] }, { removedNodes: [entry] }])).toBe(true);
  });

  it('stays without the focus where nothing moved it: she tapped beside it', () => {
    expect(wasMoved(button, [{ removedNodes: [] }, { removedNodes: [other] }])).toBe(false);
  });
});
