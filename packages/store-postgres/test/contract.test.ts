import { withMemoryRuns } from '@robolearn/chatkit-server-core'
import { storeContract, threadStoreContract } from '@robolearn/chatkit-server-core/testing'
import { describe, expect, it } from 'vitest'
import { onEveryDatabase } from './every-database.ts'

onEveryDatabase((store) => {
  it.each(threadStoreContract)('$title', ({ run }) => expect(run(store())).resolves.toBeUndefined())

  describe('with runs in memory', () => {
    it.each(storeContract)('$title', ({ run }) =>
      expect(run(withMemoryRuns(store()))).resolves.toBeUndefined(),
    )
  })
})
