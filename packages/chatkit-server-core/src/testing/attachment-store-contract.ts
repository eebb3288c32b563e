import { strict as assert } from 'node:assert'
import type { AttachmentStore } from '../attachments/attachment-store.ts'
import type { Attachment } from '../protocol/attachments.ts'
import { generateId } from '../store/generate-id.ts'
import type { Scope } from '../store/scope.ts'
import type { StoreContractCase } from './store-contract/contract-case.ts'
import { newOwner, rejects, strangersOf } from './store-contract/fixtures.ts'

/** An attachment store, and the way by which a client's bytes come into it. It has to take PNG and plain text. */
export interface AttachmentStoreUnderTest {
  store: AttachmentStore
  /** Does what a client does with the `upload_descriptor` of an attachment. Rejects where it is refused. */
  upload: (attachment: Attachment, bytes: Uint8Array<ArrayBuffer>) => Promise<void>
}

const TEXT = new TextEncoder().encode('Ada: سلام 🤖\n')
/** A picture of one pixel. */
const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (char) => char.charCodeAt(0),
)

const TYPES = { 'text/plain': TEXT, 'image/png': PNG } as const

/** Announces a file and gives it as the client of its owner sees it. */
async function announce(
  store: AttachmentStore,
  scope: Scope,
  type: keyof typeof TYPES = 'text/plain',
): Promise<Attachment> {
  const input = { name: 'notes 🤖.txt', size: TYPES[type].byteLength, mime_type: type }
  return store.sign(await store.create(generateId('atc'), input, scope), scope)
}

async function bytesOf(store: AttachmentStore, id: string, scope: Scope): Promise<Uint8Array> {
  const { body } = await store.read(id, scope)
  return new Uint8Array(await new Response(body).arrayBuffer())
}

/** Every promise that an `AttachmentStore` makes. Run all of them against one of your own. */
export const attachmentStoreContract: readonly StoreContractCase<AttachmentStoreUnderTest>[] = [
  {
    title:
      'create makes an attachment with the given id, name and type: pictures as images, the rest as files',
    run: async ({ store }) => {
      const scope = newOwner()
      for (const [mime_type, type] of [
        ['image/png', 'image'],
        ['text/plain', 'file'],
      ] as const) {
        const id = generateId('atc')
        const made = await store.create(id, { name: 'a 🤖.x', size: 7, mime_type }, scope)
        assert.deepEqual([made.id, made.name, made.mime_type, made.type], [id, 'a 🤖.x', mime_type, type])
        assert.equal(made.thread_id, undefined)
      }
    },
  },
  {
    title: 'sign says where to upload until that was done, and gives a picture a URL',
    run: async ({ store, upload }) => {
      const scope = newOwner()
      const announced = await announce(store, scope, 'image/png')
      assert.ok(announced.upload_descriptor?.url, 'no upload_descriptor')
      await upload(announced, PNG)
      const { upload_descriptor: _, ...stored } = announced
      const shown = await store.sign(stored, scope)
      assert.equal(shown.upload_descriptor, undefined)
      assert.ok(shown.type === 'image' && shown.preview_url !== '', 'no preview_url')
    },
  },
  {
    title: 'sign keeps everything that is stored: id, name, type, thread and metadata',
    run: async ({ store }) => {
      const scope = newOwner()
      const { upload_descriptor: _, ...announced } = await announce(store, scope)
      const stored: Attachment = { ...announced, thread_id: generateId('thr'), metadata: { deep: [null] } }
      const { upload_descriptor: __, ...signed } = await store.sign(stored, scope)
      assert.deepEqual(signed, stored)
    },
  },
  {
    title:
      'read gives exactly the bytes that were uploaded, with their size and type, as often as it is called',
    run: async ({ store, upload }) => {
      const scope = newOwner()
      for (const type of ['text/plain', 'image/png'] as const) {
        const attachment = await announce(store, scope, type)
        await upload(attachment, TYPES[type])
        const { size, mime_type: found, body } = await store.read(attachment.id, scope)
        await body.cancel()
        assert.deepEqual([size, found], [TYPES[type].byteLength, type])
        assert.deepEqual(await bytesOf(store, attachment.id, scope), TYPES[type])
        assert.deepEqual(await bytesOf(store, attachment.id, scope), TYPES[type])
      }
    },
  },
  {
    title:
      'read rejects with attachment_not_found for an unknown id, and for one of which nothing was uploaded',
    run: async ({ store }) => {
      const scope = newOwner()
      await rejects(store.read(generateId('atc'), scope), 'attachment_not_found')
      await rejects(store.read((await announce(store, scope)).id, scope), 'attachment_not_found')
    },
  },
  {
    title:
      'an upload of more or fewer bytes than announced, or of another type, is refused and leaves nothing',
    run: async ({ store, upload }) => {
      const scope = newOwner()
      const text = await announce(store, scope)
      await assert.rejects(upload(text, TEXT.slice(0, -1)), 'fewer bytes were taken')
      await assert.rejects(upload(text, new Uint8Array([...TEXT, 10])), 'more bytes were taken')
      await rejects(store.read(text.id, scope), 'attachment_not_found')
      const picture = await announce(store, scope, 'image/png')
      await assert.rejects(
        upload(
          picture,
          PNG.map(() => 65),
        ),
        'letters were taken as a picture',
      )
      await rejects(store.read(picture.id, scope), 'attachment_not_found')
      // What was refused can be sent again as it should be.
      await upload(text, TEXT)
      assert.deepEqual(await bytesOf(store, text.id, scope), TEXT)
    },
  },
  {
    title: 'a second upload does not replace the first',
    run: async ({ store, upload }) => {
      const scope = newOwner()
      const attachment = await announce(store, scope)
      await upload(attachment, TEXT)
      await assert.rejects(
        upload(
          attachment,
          TEXT.map(() => 65),
        ),
        'the second upload was taken',
      )
      assert.deepEqual(await bytesOf(store, attachment.id, scope), TEXT)
    },
  },
  {
    title: 'delete takes one attachment and its bytes, and again does nothing',
    run: async ({ store, upload }) => {
      const scope = newOwner()
      const [gone, stays] = [await announce(store, scope), await announce(store, scope)]
      for (const one of [gone, stays]) await upload(one, TEXT)
      await store.delete(gone.id, scope)
      await store.delete(gone.id, scope)
      await store.delete(generateId('atc'), scope)
      await rejects(store.read(gone.id, scope), 'attachment_not_found')
      assert.deepEqual(await bytesOf(store, stays.id, scope), TEXT)
    },
  },
  {
    title: 'an upload for an attachment that was deleted is refused',
    run: async ({ store, upload }) => {
      const scope = newOwner()
      const attachment = await announce(store, scope)
      await store.delete(attachment.id, scope)
      await assert.rejects(upload(attachment, TEXT), 'the upload was taken')
      await rejects(store.read(attachment.id, scope), 'attachment_not_found')
    },
  },
  {
    title: 'nobody else can read, delete or get a URL, not even under the same name in another tenant',
    run: async ({ store, upload }) => {
      const scope = newOwner('school')
      const attachment = await announce(store, scope, 'image/png')
      await upload(attachment, PNG)
      const { upload_descriptor: _, ...stored } = attachment
      const bare: Attachment = stored.type === 'image' ? { ...stored, preview_url: '' } : stored
      for (const stranger of strangersOf(scope)) {
        await rejects(store.read(attachment.id, stranger), 'attachment_not_found')
        await store.delete(attachment.id, stranger)
        const seen = await store.sign(bare, stranger).catch(() => bare)
        assert.ok(seen.type === 'image' && seen.preview_url === '', 'a stranger was given a URL')
      }
      assert.deepEqual(await bytesOf(store, attachment.id, scope), PNG)
    },
  },
]
