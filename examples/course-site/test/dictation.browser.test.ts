import { expect, it } from 'vitest'
import { describeInBrowser } from './panel-visit.ts'

describeInBrowser('dictation', (visit) => {
  const microphone = () => visit.page.getByRole('button', { name: 'Dictate' })

  /** The site as where speech can be written down, and a microphone that hums. */
  async function offer(access: 'granted' | 'denied'): Promise<void> {
    await visit.page.route('**/lessons/*', async (route) => {
      const response = await route.fetch()
      const html = await response.text()
      const offered = html.replace(
        'name="chat-dictation" content="no"',
        'name="chat-dictation" content="yes"',
      )
      expect(offered).not.toBe(html)
      await route.fulfill({ response, body: offered })
    })
    await visit.page.addInitScript((given) => {
      navigator.mediaDevices.getUserMedia = async () => {
        if (given === 'denied') throw new DOMException('Permission denied', 'NotAllowedError')
        const audio = new AudioContext()
        const destination = audio.createMediaStreamDestination()
        const hum = audio.createOscillator()
        hum.connect(destination)
        hum.start()
        return destination.stream
      }
    }, access)
  }

  it('is not offered where nothing writes it down', async () => {
    await visit.signIn()
    expect(await microphone().count()).toBe(0)
  })

  it('puts what was said behind what was written', async () => {
    await offer('granted')
    const heard = Promise.withResolvers<{ text: string }>()
    visit.site.hear(heard.promise)
    await visit.signIn()
    await visit.field().fill('Tell me:')
    const sent: unknown[] = []
    visit.page.on('request', (request) => {
      if (request.postData()?.includes('input.transcribe')) sent.push(request.postDataJSON())
    })
    await microphone().press('Enter')
    await visit.page.getByText('Listening…').waitFor()
    expect(await microphone().getAttribute('aria-pressed')).toBe('true')
    await microphone().press('Enter')
    await visit.page.getByText('Writing down what you said…').waitFor()
    await expect.poll(() => sent.length).toBe(1)
    const { params } = sent[0] as { params: { mime_type: string; audio_base64: string } }
    expect(params.mime_type).toBe('audio/webm;codecs=opus')
    expect(params.audio_base64).toMatch(/^[A-Za-z0-9+/]+=*$/)
    heard.resolve({ text: 'what is a quaternion?' })
    await expect.poll(() => visit.field().inputValue()).toBe('Tell me: what is a quaternion?')
    expect(await visit.field().evaluate((field) => field === document.activeElement)).toBe(true)
    expect(await microphone().getAttribute('aria-pressed')).toBe('false')
  })

  it('says when the microphone is not allowed', async () => {
    await offer('denied')
    await visit.signIn()
    await microphone().click()
    await visit.page.getByText('The microphone is not allowed here.').waitFor()
    expect(await microphone().getAttribute('aria-disabled')).toBe('false')
  })

  it('says when what was said could not be written down', async () => {
    await offer('granted')
    await visit.signIn()
    await microphone().click()
    await visit.page.getByText('Listening…').waitFor()
    await visit.page.route('**/chatkit', (route) => route.fulfill({ status: 500, json: {} }))
    await microphone().click()
    await visit.page.getByText('could not be written down').waitFor()
    expect(await microphone().getAttribute('aria-pressed')).toBe('false')
  })
})
