import { attachments } from './attachments.ts'
import type { OpenThread, SharedMethods, StoreContractCase } from './contract-case.ts'
import { feedback } from './feedback.ts'
import { items } from './items.ts'
import { ownership } from './ownership.ts'
import { threads } from './threads.ts'

/** What holds for stores of both kinds. */
export const shared = <S extends SharedMethods>(open: OpenThread<S>): StoreContractCase<S>[] => [
  ...threads(open),
  ...items(open),
  ...attachments(open),
  ...feedback(open),
  ...ownership(open),
]
