import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundlePanel } from '../panel/bundle.ts'

interface Asset {
  body: string
  type: string
  etag: string
}

/** What the pages load, by path. */
export type Assets = Record<string, Asset>

const SITE = join(import.meta.dirname, '..')

export async function loadAssets(): Promise<Assets> {
  const css = (path: string): Promise<string> => readFile(join(SITE, path), 'utf8')
  const [siteCss, panelCss, panel] = await Promise.all([css('pages/site.css'), panelStyles(), bundlePanel()])
  return {
    '/site.css': asset(siteCss, 'text/css; charset=utf-8'),
    '/panel.css': asset(panelCss, 'text/css; charset=utf-8'),
    '/panel.js': asset(panel.js, 'text/javascript; charset=utf-8'),
  }
}

/** Every style sheet of the panel as one, `panel.css` first. */
async function panelStyles(): Promise<string> {
  const folder = join(SITE, 'panel')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.css') && name !== 'panel.css')
  const sheets = ['panel.css', ...names.toSorted()].map((name) => readFile(join(folder, name), 'utf8'))
  return (await Promise.all(sheets)).join('\n')
}

function asset(body: string, type: string): Asset {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  return { body, type, etag: `"${hash}"` }
}
