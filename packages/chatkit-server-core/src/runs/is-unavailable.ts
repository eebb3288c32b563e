import { ChatKitError } from '../errors.ts'

/** Whether the same may succeed later: the store is away, or has too much to do. */
export const isUnavailable = (error: unknown): boolean =>
  ChatKitError.isInstance(error) && error.code === 'unavailable'
