import { handler } from './answer.ts'

export const dynamic = 'force-dynamic'
export const POST = (request: Request): Promise<Response> => handler.fetch(request)
