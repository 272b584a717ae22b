import { describe, expect, it } from 'vitest';
import { bytesToJoin, checkWeight, ON_THE_WAY, type Output } from '../vite.weight';

/** Random letters stay as long as they are. */
function letters(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(32 + (state % 95));
  }).join('');
}

function chunk(source: string, code: string, imports: readonly string[] = []): Output {
  return {
    type: 'chunk',
    fileName: `assets${source.replaceAll('/', '-')}.js`,
    code,
    facadeModuleId: `/kith/web${source}`,
    imports,
  };
}

/** Everything that a page has, each file nearly empty but for the given ones. */
function bundle(...more: readonly Output[]): Record<string, Output> {
  const way = ON_THE_WAY.map((source) => chunk(source === 'src/main.ts' ? '/index.html' : `/${source}`, ''));
  const worker: Output = { type: 'asset', fileName: 'assets/frame.worker-XN2QraZf.js', source: letters(500) };
  return Object.fromEntries(
    [...way, worker, chunk('/src/i18n/en.ts', ''), ...more].map((file) => [file.fileName, file]),
  );
}

function toJoin(files: Record<string, Output>, language = 'en'): number {
  return bytesToJoin(files).get(language) ?? 0;
}

describe('what is needed to join', () => {
  const least = toJoin(bundle());

  it('counts the worker, and what a file on the way imports, once', () => {
    const shared = chunk('/src/shared.ts', letters(2_000));
    const one = chunk('/src/visit.ts', '', [shared.fileName]);
    const other = chunk('/src/call/call.ts', '', [shared.fileName]);
    expect(least).toBeGreaterThan(400);
    expect(toJoin(bundle(shared, one, other)) - least).toBeGreaterThan(1_500);
    expect(toJoin(bundle(shared, one, other))).toBe(toJoin(bundle(shared, one)));
  });

  it('counts the words of one language, and nothing that is loaded later', () => {
    const later = [
      chunk('/src/ui/later/inside.ts', letters(2_000)),
      chunk('/src/i18n/en_later.ts', letters(2_000)),
    ];
    const spanish = chunk('/src/i18n/es.ts', letters(2_000));
    const files = bundle(...later, spanish);
    expect(toJoin(files)).toBe(least);
    expect(toJoin(files, 'es')).toBeGreaterThan(least + 1_500);
  });

  it('counts what the words import', () => {
    const care = chunk('/src/i18n/es_care.ts', letters(2_000));
    const spanish = chunk('/src/i18n/es.ts', '', [care.fileName]);
    expect(toJoin(bundle(care, spanish), 'es')).toBeGreaterThan(least + 1_500);
    expect(toJoin(bundle(care, spanish))).toBe(least);
  });

  it('fails where the words of no language were found', () => {
    const files = Object.entries(bundle()).filter(([name]) => !name.includes('i18n'));
    expect(() => {
      checkWeight(Object.fromEntries(files));
    }).toThrow('the words of no language');
  });

  it('fails above the limit alone', () => {
    expect(() => {
      checkWeight(bundle(), least);
    }).not.toThrow();
    expect(() => {
      checkWeight(bundle(), least - 1);
    }).toThrow('to join in en');
  });

  it('fails where a part of the way is hidden in another file', () => {
    const files = Object.entries(bundle()).filter(([name]) => !name.includes('visit'));
    expect(() => {
      checkWeight(Object.fromEntries(files));
    }).toThrow('src/visit.ts');
  });
});
