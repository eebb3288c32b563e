import { expect, it } from 'vitest'
import { FileServer, json } from './file-server.ts'

it('an upload is refused in the language of the client, with the same code', async () => {
  const server = await FileServer.open(
    {},
    { messages: { de: { url_forged: 'Diese Adresse stimmt nicht.' } } },
  )
  try {
    const forged = async (language: string): Promise<unknown> => {
      const headers = { 'accept-language': language }
      const answer = await fetch(`${server.url}/attachments/atc_1?signature=x`, {
        method: 'PUT',
        headers,
        body: 'x',
      })
      return { status: answer.status, ...(await json<object>(answer)) }
    }
    const words = 'Diese Adresse stimmt nicht.'
    expect(await forged('de-AT, en;q=0.5')).toMatchObject({
      status: 403,
      error: { code: 'url_forged', message: words },
      message: words,
    })
    expect(await forged('fr')).toMatchObject({
      status: 403,
      error: { code: 'url_forged' },
      message: 'This address was not made by the server. Load the page again.',
    })
  } finally {
    await server.close()
  }
})
