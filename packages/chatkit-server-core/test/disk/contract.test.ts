import { afterAll, beforeAll, describe, it } from 'vitest'
import { createAttachmentHandler, DiskAttachments } from '../../src/disk/index.ts'
import { attachmentStoreContract, type AttachmentStoreUnderTest } from '../../src/testing/index.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

describe('attachments on the disk keep the contract', () => {
  let folder: string
  let underTest: AttachmentStoreUnderTest
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'contract-'))
    const store = new DiskAttachments({
      folder,
      publicUrl: 'http://localhost/attachments',
      secret: 'a secret for these tests only',
    })
    const files = createAttachmentHandler(store)
    underTest = {
      store,
      upload: async ({ upload_descriptor: to }, body) => {
        if (!to) throw new Error('nowhere to upload to')
        const { url, method, headers } = to
        const response = await files.fetch(new Request(url, { method, headers, body }))
        if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
      },
    }
  })
  afterAll(() => rm(folder, { recursive: true }))
  for (const { title, run } of attachmentStoreContract) it(title, () => run(underTest))
})
