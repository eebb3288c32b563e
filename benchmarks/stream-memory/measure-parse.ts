import { parseRequest } from '../../packages/chatkit-server-core/src/protocol/parse-request.ts'
import { median } from '../figures/median.ts'

const BODY = JSON.stringify({
  type: 'threads.add_user_message',
  params: {
    thread_id: 'thr_0000000000000000000000000000',
    input: {
      content: [
        { type: 'input_text', text: 'Why does the derivative of a constant vanish? '.repeat(10) },
        {
          type: 'input_tag',
          id: 'lesson-3',
          text: 'Lesson 3',
          data: { kind: 'lesson', number: 3 },
          group: 'Lessons',
        },
      ],
      attachments: ['atc_0000000000000000000000000000'],
      quoted_text: 'The slope of a horizontal line is zero.',
      inference_options: { model: 'fast', tool_choice: { id: 'search' } },
    },
  },
  metadata: { page: { url: 'https://course.example/lessons/3', title: 'Lesson 3', selection: null } },
})

/** Microseconds of CPU to parse and validate a typical request from its text. */
export function measureParse(): number {
  const samples = Array.from({ length: 30 }, () => {
    const before = process.cpuUsage()
    for (let i = 0; i < 1_000; i++) parseRequest(BODY)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000
  })
  console.log(
    `parse: a message with a tag, an attachment and metadata, ${BODY.length} bytes, 30 × 1,000 times, warm.`,
  )
  return median(samples.slice(5))
}
