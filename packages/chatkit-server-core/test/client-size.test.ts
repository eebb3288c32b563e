import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const BUDGET_BYTES = 12_000

it('the client stays below 12 KB minified and compressed, all of it', async () => {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('../src/client/index.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    metafile: true,
    write: false,
    logLevel: 'silent',
  })
  const [file] = result.outputFiles
  const bytes = gzipSync(file?.contents ?? '').byteLength
  console.log(`client: ${bytes} bytes gzip, ${file?.contents.byteLength} bytes minified`)
  expect(bytes).toBeGreaterThan(1_000)
  expect(bytes).toBeLessThan(BUDGET_BYTES)
  expect(Object.keys(result.metafile.inputs).filter((path) => path.includes('/zod/'))).toEqual([])
})
