import { parse } from 'yaml'
import { z } from 'zod'
import { quizQuestionSchema } from './quiz-question.ts'

const metadataSchema = z.strictObject({
  title: z.string().trim().min(1),
  summary: z.string().trim().min(1),
  order: z.number().int().positive(),
  module: z.string().trim().min(1),
  language: z.string().refine(isLanguageTag, 'must be a BCP 47 language tag such as "en"'),
  /** Never part of a page, nor of what is searched. */
  quiz: z.array(quizQuestionSchema).default([]),
})

/** What a lesson's front matter says. */
export type LessonMetadata = z.infer<typeof metadataSchema>

/** A lesson that cannot be used, with the file's name and the reason in its message. */
export class LessonError extends Error {
  override readonly name = 'LessonError'
  readonly file: string

  constructor(file: string, reason: string, options?: ErrorOptions) {
    super(`Lesson "${file}": ${reason}`, options)
    this.file = file
  }
}

function isLanguageTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1
  } catch {
    return false
  }
}

function parseYaml(file: string, source: string): unknown {
  try {
    return parse(source)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new LessonError(file, `the front matter is not valid YAML: ${reason}`, { cause: error })
  }
}

/**
 * Reads a lesson's front matter (the YAML between the two `---` lines, without them).
 *
 * @throws LessonError when it is not YAML, or when a field is missing, unknown or of the wrong kind.
 */
export function parseLessonMetadata(file: string, source: string): LessonMetadata {
  const result = metadataSchema.safeParse(parseYaml(file, source))
  if (result.success) return result.data
  const reasons = result.error.issues.map(({ path, message }) =>
    path.length > 0 ? `"${path.join('.')}" in the front matter: ${message}` : `front matter: ${message}`,
  )
  throw new LessonError(file, reasons.join('; '), { cause: result.error })
}
