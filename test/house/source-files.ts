import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

export interface Import {
  specifier: string
  typeOnly: boolean
}

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  path: string
  /** Lines that are neither blank nor only a comment. */
  codeLines: number
  imports: Import[]
}

const IMPORT = /^(?:import|export)\s+(type\s)?[^'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]/gm
const DYNAMIC_IMPORT = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** The sources of a package, or of everything under a folder. */
export function sourceFiles(folder: string): SourceFile[] {
  return globSync('**/*.ts', { cwd: join(ROOT, folder) })
    .toSorted()
    .map((file) => readSource(join(folder, file)))
}

export function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const codeLines = text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length
  const imports = [
    ...[...text.matchAll(IMPORT)].map((match) => ({
      specifier: match[2] ?? match[3] ?? '',
      typeOnly: match[1] !== undefined,
    })),
    ...[...text.matchAll(DYNAMIC_IMPORT)].map((match) => ({ specifier: match[1] ?? '', typeOnly: false })),
  ]
  return { path: path.replaceAll('\\', '/'), codeLines, imports }
}

/** The file that a relative import leads to, from the repository's root. */
export function resolveRelative(from: string, specifier: string): string {
  return relative(ROOT, join(ROOT, dirname(from), specifier)).replaceAll('\\', '/')
}

/** A file and everything that it imports at run time from its own package, directly or not. */
export function runtimeClosure(entry: string): SourceFile[] {
  const seen = new Map<string, SourceFile>()
  const visit = (path: string): void => {
    if (seen.has(path)) return
    const file = readSource(path)
    seen.set(path, file)
    for (const { specifier, typeOnly } of file.imports) {
      if (!typeOnly && specifier.startsWith('.')) visit(resolveRelative(path, specifier))
    }
  }
  visit(entry)
  return [...seen.values()]
}
