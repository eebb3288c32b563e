import { strict as assert } from 'node:assert'
import type { Attachment } from '../../protocol/attachments.ts'
import { generateId } from '../../store/generate-id.ts'
import type { OpenThread, SharedMethods, StoreContractCase } from './contract-case.ts'
import { file, newOwner, rejects } from './fixtures.ts'

export const attachments = <S extends SharedMethods>(open: OpenThread<S>): StoreContractCase<S>[] => [
  {
    title: 'saveAttachment keeps an attachment exactly as it was given, and replaces it when saved again',
    run: async (store) => {
      const scope = newOwner()
      const image: Attachment = {
        id: generateId('atc'),
        type: 'image',
        name: 'روبوٹ 🤖.png',
        mime_type: 'image/png',
        preview_url: '/preview',
        metadata: { size: 3, deep: [null, { x: null }] },
      }
      await store.saveAttachment(image, scope)
      assert.deepEqual(await store.loadAttachment(image.id, scope), image)
      const { id } = await open(store, scope)
      const bound: Attachment = { ...image, name: 'b.png', thread_id: id }
      await store.saveAttachment(bound, scope)
      assert.deepEqual(await store.loadAttachment(image.id, scope), bound)
    },
  },
  {
    title: 'loadAttachment rejects with attachment_not_found for an unknown id',
    run: (store) => rejects(store.loadAttachment(generateId('atc'), newOwner()), 'attachment_not_found'),
  },
  {
    title: 'deleteAttachment takes one attachment, and again does nothing',
    run: async (store) => {
      const scope = newOwner()
      const [one, two] = [file(), file()]
      await store.saveAttachment(one, scope)
      await store.saveAttachment(two, scope)
      await store.deleteAttachment(one.id, scope)
      await store.deleteAttachment(one.id, scope)
      await rejects(store.loadAttachment(one.id, scope), 'attachment_not_found')
      assert.deepEqual(await store.loadAttachment(two.id, scope), two)
    },
  },
  {
    title: 'deleteThread takes the attachments that are bound to the thread, and no others',
    run: async (store) => {
      const scope = newOwner()
      const gone = await open(store, scope)
      const stays = await open(store, scope)
      const bound = file({ thread_id: gone.id })
      const others = [file({ thread_id: stays.id }), file()]
      for (const attachment of [bound, ...others]) await store.saveAttachment(attachment, scope)
      await store.deleteThread(gone.id, scope)
      await rejects(store.loadAttachment(bound.id, scope), 'attachment_not_found')
      for (const other of others) assert.deepEqual(await store.loadAttachment(other.id, scope), other)
    },
  },
]
