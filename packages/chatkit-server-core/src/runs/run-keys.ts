import type { Scope } from '../store/scope.ts'

/** A thread of one owner: nobody can stand in line for a thread of somebody else, or stop what is done there. */
export const lineOf = (threadId: string, { owner, tenant }: Scope): string =>
  JSON.stringify([tenant ?? null, owner, threadId])

/** A request's key of one owner: keys of two people that read the same are two keys. */
export const keyOf = (key: string, { owner, tenant }: Scope): string =>
  JSON.stringify([tenant ?? null, owner, key])
