/** The small pages between arriving and knocking, in this order; read by `PreparePage.svelte`. */
export type PrepareStep = 'agreement' | 'name' | 'devices';
