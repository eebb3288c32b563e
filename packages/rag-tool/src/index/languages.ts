import { RagError } from '../errors.ts'

// The text-search configurations that every PostgreSQL from 14 on brings with it.
const CONFIGURATIONS: ReadonlyMap<string, string> = new Map([
  ['ar', 'arabic'],
  ['ca', 'catalan'],
  ['da', 'danish'],
  ['de', 'german'],
  ['el', 'greek'],
  ['en', 'english'],
  ['es', 'spanish'],
  ['eu', 'basque'],
  ['fi', 'finnish'],
  ['fr', 'french'],
  ['ga', 'irish'],
  ['hi', 'hindi'],
  ['hu', 'hungarian'],
  ['hy', 'armenian'],
  ['id', 'indonesian'],
  ['it', 'italian'],
  ['lt', 'lithuanian'],
  ['nb', 'norwegian'],
  ['ne', 'nepali'],
  ['nl', 'dutch'],
  ['nn', 'norwegian'],
  ['no', 'norwegian'],
  ['pt', 'portuguese'],
  ['ro', 'romanian'],
  ['ru', 'russian'],
  ['sr', 'serbian'],
  ['sv', 'swedish'],
  ['ta', 'tamil'],
  ['tr', 'turkish'],
  ['yi', 'yiddish'],
])

/** PostgreSQL's configuration for a language: one of a fixed list, `simple` (no stemming) for all others. */
export function textSearchConfiguration(language: string): string {
  return CONFIGURATIONS.get(new Intl.Locale(language).language) ?? 'simple'
}

/** A language tag in its usual spelling; throws where `Intl` knows no such form. */
export function canonicalLanguage(language: string): string {
  try {
    return new Intl.Locale(language).toString()
  } catch (error) {
    const message = `${JSON.stringify(language)} is not a language tag; give one such as "en" or "de-AT".`
    throw new RagError('invalid_option', message, { cause: error })
  }
}
