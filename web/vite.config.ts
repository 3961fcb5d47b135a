import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

// Compressed once here, so that the service never spends time on it.
function gzipBesideAssets(): Plugin {
  return {
    name: 'gzip-beside-assets',
    apply: 'build',
    writeBundle({ dir }) {
      const assets = join(dir!, 'assets');
      for (const name of readdirSync(assets)) {
        if (!/\.(js|css|svg|ttf)$/.test(name)) continue;
        const path = join(assets, name);
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  appType: 'mpa',
  // The client is Preact; the playground's files name React themselves, because GraphiQL needs it.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    rolldownOptions: {
      input: { client: 'index.html', playground: 'playground/index.html' },
      onLog: (level, log, report) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && report(level, log),
    },
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 6000,
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  plugins: [gzipBesideAssets()],
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:8000', ws: true } } },
});
