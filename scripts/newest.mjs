// Sets the catalog to the newest versions of OpenAI's packages and installs them; CI tries the suites with them weekly.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './packed-project.mjs'

const NAMES = ['@openai/agents', '@openai/agents-extensions', 'openai', '@openai/chatkit']
const WORKSPACE = join(import.meta.dirname, '../pnpm-workspace.yaml')

let text = readFileSync(WORKSPACE, 'utf8')
for (const name of NAMES) {
  const newest = run('npm', ['view', name, 'version'])
  const entry = new RegExp(`^(  '?${name}'?: ).*$`, 'm')
  if (!entry.test(text)) throw new Error(`The catalog of pnpm-workspace.yaml has no "${name}".`)
  text = text.replace(entry, `$1${newest}`)
  console.log(`${name} ${newest}`)
}
writeFileSync(WORKSPACE, text)
run(process.env.npm_execpath ?? 'pnpm', ['install', '--no-frozen-lockfile'])
