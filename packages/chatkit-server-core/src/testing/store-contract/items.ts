import { strict as assert } from 'node:assert'
import { generateId } from '../../store/generate-id.ts'
import type { ItemQuery } from '../../store/thread-store.ts'
import type { OpenThread, SharedMethods, StoreContractCase } from './contract-case.ts'
import { ALL, hidden, message, newOwner, rejects, textOf, texts } from './fixtures.ts'

export const items = <S extends SharedMethods>(open: OpenThread<S>): StoreContractCase<S>[] => [
  {
    title: 'loadItem gives the item, and rejects with item_not_found for an unknown one',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await open(store, scope)
      const item = message(id, 'hello')
      await store.saveItem(id, item, scope)
      assert.deepEqual(await store.loadItem(id, item.id, scope), item)
      await rejects(store.loadItem(id, generateId('msg'), scope), 'item_not_found')
    },
  },
  {
    title: 'saveItem again replaces the item and keeps its place',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await open(store, scope, ['one', 'two', 'three'])
      const [first] = (await store.listItems(id, ALL, scope)).data
      assert.ok(first)
      await store.saveItem(id, { ...message(id, 'ONE'), id: first.id }, scope)
      assert.deepEqual(await texts(store, id, scope), ['ONE', 'two', 'three'])
    },
  },
  {
    title: 'items of one instant keep the order in which they came',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await open(store, scope)
      const words = Array.from({ length: 12 }, (_, index) => `item ${index}`)
      for (const word of words) await store.saveItem(id, message(id, word), scope)
      assert.deepEqual(await texts(store, id, scope), words)
    },
  },
  {
    title: 'the same item id in two threads is two items',
    run: async (store) => {
      const scope = newOwner()
      const a = await open(store, scope)
      const b = await open(store, scope)
      const item = message(a.id, 'in a')
      await store.saveItem(a.id, item, scope)
      await store.saveItem(b.id, { ...message(b.id, 'in b'), id: item.id }, scope)
      assert.deepEqual(await texts(store, a.id, scope), ['in a'])
      assert.deepEqual(await texts(store, b.id, scope), ['in b'])
    },
  },
  {
    title: 'listItems leaves hidden items out before paging, so that pages are full',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await open(store, scope)
      for (const word of ['a', 'b', 'c', 'd']) {
        await store.saveItem(id, message(id, word), scope)
        await store.saveItem(id, hidden(id), scope)
      }
      const visible: ItemQuery = { limit: 2, order: 'desc', include: 'visible' }
      const first = await store.listItems(id, visible, scope)
      assert.deepEqual(first.data.map(textOf), ['d', 'c'])
      assert.equal(first.has_more, true)
      const second = await store.listItems(id, { ...visible, after: first.after }, scope)
      assert.deepEqual(second.data.map(textOf), ['b', 'a'])
      assert.equal(second.has_more, false)
      assert.equal((await store.listItems(id, ALL, scope)).data.length, 8)
    },
  },
  {
    title: 'deleteItem takes one item, and again does nothing',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await open(store, scope, ['one', 'two'])
      const [first] = (await store.listItems(id, ALL, scope)).data
      assert.ok(first)
      await store.deleteItem(id, first.id, scope)
      await store.deleteItem(id, first.id, scope)
      assert.deepEqual(await texts(store, id, scope), ['two'])
    },
  },
  {
    title: 'what was loaded is a copy: changing it changes nothing in the store',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await open(store, scope, ['one'])
      const thread = await store.loadThread(id, scope)
      thread.title = 'changed'
      thread.metadata.k = 1
      const page = await store.listItems(id, ALL, scope)
      page.data.length = 0
      assert.equal((await store.loadThread(id, scope)).title, undefined)
      assert.deepEqual(await texts(store, id, scope), ['one'])
    },
  },
]
