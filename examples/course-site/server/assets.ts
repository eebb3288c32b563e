import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleOfficial } from '../official/bundle.ts'
import { bundlePanel } from '../panel/bundle.ts'

interface Asset {
  body: string | Uint8Array<ArrayBuffer>
  type: string
  etag: string
}

/** What the pages load, by path. */
export type Assets = Record<string, Asset>

const SITE = join(import.meta.dirname, '..')

/** With `official` also what loads OpenAI's client. */
export async function loadAssets({ official = false }: { official?: boolean } = {}): Promise<Assets> {
  const css = (path: string): Promise<string> => readFile(join(SITE, path), 'utf8')
  const [siteCss, panelCss, panel, urduFont] = await Promise.all([
    css('pages/site.css'),
    readPanelStyles(),
    bundlePanel(),
    // Not every machine has all letters of Urdu.
    readFile(
      fileURLToPath(
        import.meta
          .resolve('@fontsource-variable/noto-naskh-arabic/files/noto-naskh-arabic-arabic-wght-normal.woff2'),
      ),
    ),
  ])
  const officialJs = official ? await bundleOfficial() : undefined
  return {
    '/site.css': asset(siteCss, 'text/css; charset=utf-8'),
    '/panel.css': asset(panelCss, 'text/css; charset=utf-8'),
    '/panel.js': asset(panel.js, 'text/javascript; charset=utf-8'),
    '/urdu.woff2': asset(new Uint8Array(urduFont), 'font/woff2'),
    ...(officialJs && { '/official.js': asset(officialJs, 'text/javascript; charset=utf-8') }),
  }
}

// By name, behind the one that the others build on.
async function readPanelStyles(): Promise<string> {
  const folder = join(SITE, 'panel')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.css') && name !== 'panel.css')
  const paths = ['panel.css', ...names.toSorted()].map((name) => join(folder, name))
  return (await Promise.all(paths.map((path) => readFile(path, 'utf8')))).join('\n')
}

function asset(body: Asset['body'], type: string): Asset {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  return { body, type, etag: `"${hash}"` }
}
