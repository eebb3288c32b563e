// The packages as they would be published, in fresh projects outside of the workspace.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const QUIET = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--loglevel=error']

export function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`)
  return stdout.trim()
}

/** Packs packages of the house into a folder; gives the tarball of each by the package's name. */
export function packPackages(folder, names = readdirSync(join(ROOT, 'packages'))) {
  return new Map(
    names.map((name) => {
      const home = join(ROOT, 'packages', name)
      const into = join(folder, 'tarballs', name)
      run(process.env.npm_execpath ?? 'pnpm', ['pack', '--pack-destination', into], home)
      const tarball = readdirSync(into).find((file) => file.endsWith('.tgz')) ?? ''
      return [JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).name, join(into, tarball)]
    }),
  )
}

/** An empty folder that is a project of its own. */
export function createProject(folder, manifest = { private: true, type: 'module' }) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
  return folder
}

/**
 * `npm install` of these packages, or of those that the project names: ours from their tarballs, with core, which the
 * others depend on and no registry has yet.
 */
export function installInto(project, tarballs, needs = []) {
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
    if (tarballs.has(name)) manifest.dependencies[name] = `file:${tarballs.get(name)}`
    else if (range === 'catalog:') manifest.dependencies[name] = catalogVersion(name)
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest, null, 2))
  const ours = needs.some((name) => tarballs.has(name)) ? ['@robolearn/chatkit-server-core'] : []
  const wanted = [...new Set([...needs, ...ours])].map((name) => tarballs.get(name) ?? name)
  run('npm', ['install', ...QUIET, ...wanted], project)
}

function catalogVersion(name) {
  const workspace = readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8')
  const line = workspace.split('\n').find((entry) => entry.replaceAll("'", '').startsWith(`  ${name}: `))
  if (line === undefined) throw new Error(`The catalog of pnpm-workspace.yaml has no "${name}".`)
  return line.split(': ')[1]
}

/** Checks the types of a project with the TypeScript of the house. */
export function checkTypes(project, args = []) {
  run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project, ...args])
}
