import { storeContract } from '@robolearn/chatkit-server-core/testing'
import { expect, it } from 'vitest'
import { onEveryDatabase } from './every-database.ts'

onEveryDatabase((store) => {
  it.each(storeContract)('$title', ({ run }) => expect(run(store())).resolves.toBeUndefined())
})
