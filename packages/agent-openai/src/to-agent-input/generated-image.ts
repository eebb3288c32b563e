import type { AgentInputItem } from '@openai/agents'
import type { GeneratedImageItem } from '@robolearn/chatkit-server-core'
import { dataBlock } from '../data-block.ts'

/** The image itself; one that is not finished is left out. */
export function convertGeneratedImage({ image }: GeneratedImageItem): AgentInputItem[] {
  if (!image) return []
  const section = { name: 'generated_image' as const, text: 'The image that was made for the user.' }
  return [dataBlock([section], [{ type: 'input_image', image: image.url }])]
}
