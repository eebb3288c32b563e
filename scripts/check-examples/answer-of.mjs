import assert from 'node:assert/strict'

/** The words of the assistant in a stream of events; an error's code where there are none. */
export function answerOf({ status, text }) {
  assert.equal(status, 200, text)
  const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data))
  const done = events.find(
    ({ type, item }) => type === 'thread.item.done' && item.type === 'assistant_message',
  )
  return done?.item.content[0].text ?? events.find(({ type }) => type === 'error')?.code
}
