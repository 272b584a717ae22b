import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { laterFiles } from './vite.later.ts';

/** Every screen with made-up states: for looking at and for tests. No part of the served pages. */
export default defineConfig({
  plugins: [svelte(), laterFiles([])],
  publicDir: false,
  build: {
    outDir: 'dist-gallery',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: 'gallery.html' },
  },
});
