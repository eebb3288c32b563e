import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** What loads OpenAI's client, with React, as one minified module, for `/official.js`. */
export async function bundleOfficial(): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'silent',
  })
  const [file] = result.outputFiles
  if (!file) throw new Error('esbuild gave no output for OpenAI’s client (official/main.ts).')
  return file.text
}
