import { withMemoryRuns } from '@robolearn/chatkit-server-core'
import {
  attachmentStoreContract,
  storeContract,
  threadStoreContract,
  type AttachmentStoreUnderTest,
} from '@robolearn/chatkit-server-core/testing'
import { describe, expect, it } from 'vitest'
import { createAttachmentStore } from '../attachment-store.ts'
import { createThreadStore } from '../thread-store.ts'

const open = (): AttachmentStoreUnderTest => {
  const { store, put } = createAttachmentStore()
  return { store, upload: async ({ id }, bytes) => put(id, bytes) }
}

describe('a thread store of your own keeps the contract', () => {
  const store = createThreadStore()
  for (const { title, run } of threadStoreContract) it(title, () => run(store))
})

describe('with runs in memory it keeps the contract of a whole store', () => {
  const store = withMemoryRuns(createThreadStore())
  for (const { title, run } of storeContract) it(title, () => run(store))
})

describe('an attachment store of your own keeps the contract', () => {
  for (const { title, run } of attachmentStoreContract) it(title, () => run(open()))
})

/** How many cases notice what was broken. */
async function broken(
  spoil: (underTest: AttachmentStoreUnderTest) => AttachmentStoreUnderTest,
): Promise<number> {
  let count = 0
  for (const { run } of attachmentStoreContract) await run(spoil(open())).catch(() => (count += 1))
  return count
}

describe('the contract of attachment stores notices', () => {
  const somebody = { owner: 'somebody', context: {} }
  it.each<[string, (underTest: AttachmentStoreUnderTest) => AttachmentStoreUnderTest]>([
    [
      'a store that does not look who is asking',
      ({ store: { create, read, sign, delete: remove }, upload }) => ({
        upload,
        store: {
          create: (id, input) => create(id, input, somebody),
          read: (id) => read(id, somebody),
          sign: (attachment) => sign(attachment, somebody),
          delete: (id) => remove(id, somebody),
        },
      }),
    ],
    [
      'one that keeps what was deleted',
      ({ store, upload }) => ({ upload, store: { ...store, delete: async () => {} } }),
    ],
    [
      'uploads that are taken whatever they are',
      ({ store, upload }) => ({
        store,
        upload: (attachment, bytes) => upload(attachment, bytes).catch(() => {}),
      }),
    ],
    [
      'a picture without a URL',
      ({ store, upload }) => ({ upload, store: { ...store, sign: async (attachment) => attachment } }),
    ],
  ])('%s', async (_what, spoil) => {
    expect(await broken(spoil)).toBeGreaterThan(0)
  })
})
