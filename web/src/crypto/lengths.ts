/** How long a text is for people: in code points, not in bytes or in halves of them. Imports nothing. */

export function isLength(text: string, least: number, most: number): boolean {
  const count = Array.from(text).length;
  return count >= least && count <= most;
}
