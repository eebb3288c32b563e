import { RagError } from '../errors.ts'

export const invalidSet = (file: string, problem: string, cause?: unknown): RagError =>
  new RagError(
    'invalid_option',
    `The questions in ${JSON.stringify(file)} cannot be used: the file ${problem}.`,
    {
      cause,
    },
  )
