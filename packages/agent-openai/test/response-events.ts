/** The least that the Responses API streams for an answer of one text. */
export function responseEvents(text: string): Record<string, unknown>[] {
  const message = {
    id: 'msg_a',
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text, annotations: [] }],
  }
  const response = { id: 'resp_1', object: 'response', model: 'test-model', output: [], usage: null }
  return [
    { type: 'response.created', sequence_number: 0, response },
    {
      type: 'response.output_item.added',
      sequence_number: 1,
      output_index: 0,
      item: { ...message, content: [] },
    },
    {
      type: 'response.output_text.delta',
      sequence_number: 2,
      item_id: 'msg_a',
      output_index: 0,
      content_index: 0,
      delta: text,
    },
    {
      type: 'response.completed',
      sequence_number: 3,
      response: { ...response, status: 'completed', output: [message] },
    },
  ]
}
