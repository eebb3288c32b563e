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
  const [siteCss, panelCss, panel] = await Promise.all([
    readFile(join(SITE, 'pages/site.css'), 'utf8'),
    readPanelStyles(),
    bundlePanel(),
  ])
  return {
    '/site.css': asset(siteCss, 'text/css; charset=utf-8'),
    '/panel.css': asset(panelCss, 'text/css; charset=utf-8'),
    '/panel.js': asset(panel.js, 'text/javascript; charset=utf-8'),
  }
}

// By name, behind the one that the others build on.
async function readPanelStyles(): Promise<string> {
  const folder = join(SITE, 'panel')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.css') && name !== 'panel.css')
  const paths = ['panel.css', ...names.toSorted()].map((name) => join(folder, name))
  return (await Promise.all(paths.map((path) => readFile(path, 'utf8')))).join('\n')
}

function asset(body: string, type: string): Asset {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  return { body, type, etag: `"${hash}"` }
}
