import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** The panel and all that it imports as one minified module, for `/panel.js`. */
export async function bundlePanel(): Promise<{ js: string }> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    write: false,
    logLevel: 'silent',
  })
  const [file] = result.outputFiles
  if (!file) throw new Error('esbuild gave no output for the chat panel (panel/main.ts).')
  return { js: file.text }
}
