const keyOf = (learner: string): string => `chat-thread:${learner}`

/** Which thread each learner had open last in this browser. */
export const threadMemory = {
  load: (learner: string): string | undefined => localStorage.getItem(keyOf(learner)) ?? undefined,
  save: (learner: string, threadId: string): void => localStorage.setItem(keyOf(learner), threadId),
  forget: (learner: string): void => localStorage.removeItem(keyOf(learner)),
}

export type ThreadMemory = typeof threadMemory
