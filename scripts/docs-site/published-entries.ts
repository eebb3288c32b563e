import { join } from 'node:path'
import { pathsOf, read } from './pages.ts'

/** The source of every entry of every package, and the name by which it is imported. */
export function publishedEntries(): Map<string, string> {
  return new Map(
    pathsOf('packages/*/package.json').flatMap((manifest) => {
      const { name, exports } = JSON.parse(read(manifest)) as {
        name: string
        exports: Record<string, string>
      }
      return Object.entries(exports).map(([subpath, file]): [string, string] => [
        join(manifest, '..', file),
        join(name, subpath),
      ])
    }),
  )
}
