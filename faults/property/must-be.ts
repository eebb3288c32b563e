import { AssertionError, deepStrictEqual } from 'node:assert'

/** Throws, with both values and what they are of, where something is not what it has to be. */
export function mustBe(what: string, actual: unknown, expected: unknown): void {
  try {
    deepStrictEqual(actual, expected)
  } catch (error) {
    throw error instanceof AssertionError ? new Error(`${what}: ${error.message}`) : error
  }
}
