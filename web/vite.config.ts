import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { composer } from './shared/compose';

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

// What the pages ask, by the hash of its text: the service may be told to run nothing else.
function manifestOfDocuments(): Plugin {
  return {
    name: 'manifest-of-documents',
    apply: 'build',
    writeBundle({ dir }) {
      const { names, documentOf } = composer(readFileSync('client/documents.graphql', 'utf8'));
      const starters = readdirSync('playground/starters').filter((name) => name.endsWith('.graphql'));
      const texts = [
        ...names.map(documentOf),
        ...starters.map((name) => readFileSync(join('playground/starters', name), 'utf8')),
      ];
      const byHash = texts.map((text) => [createHash('sha256').update(text).digest('hex'), text] as const);
      writeFileSync(join(dir!, 'documents.json'), JSON.stringify(Object.fromEntries(byHash)));
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
  plugins: [gzipBesideAssets(), manifestOfDocuments()],
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:8000', ws: true } } },
});
