// Puts the component types of `@openai/chatkit` into the built declarations. A program that resolves modules like Node
// cannot read them from that package itself: its own imports lack their endings, and what it names would become `any`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

const FROM = '@openai/chatkit/types/widgets'
const target = join('dist', 'widgets', 'chatkit-types')

const origin = join('node_modules', '@openai', 'chatkit')
const license = readFileSync(join(origin, 'LICENSE'), 'utf8')
const types = readFileSync(join(origin, 'types', 'widgets.d.ts'), 'utf8')
writeFileSync(`${target}.d.ts`, `/*\nThe types of @openai/chatkit.\n\n${license.trim()}\n*/\n${types}`)

let changed = 0
for (const name of readdirSync('dist', { recursive: true })) {
  if (!name.endsWith('.d.ts')) continue
  const file = join('dist', name)
  const text = readFileSync(file, 'utf8')
  if (!text.includes(`'${FROM}'`)) continue
  const path = relative(join(file, '..'), `${target}.js`).split(sep).join('/')
  writeFileSync(file, text.replaceAll(`'${FROM}'`, `'${path.startsWith('.') ? path : `./${path}`}'`))
  changed += 1
}
if (changed === 0) throw new Error(`No declaration in dist names ${FROM}: the widget types would be missing.`)
