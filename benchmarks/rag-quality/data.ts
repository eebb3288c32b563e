import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url))

/** Of the labelled data beside the project, which is not shipped; undefined where it is absent. */
export function dataPath(name: string): string | undefined {
  const path = `${DATA}${name}`
  return existsSync(path) ? path : undefined
}
