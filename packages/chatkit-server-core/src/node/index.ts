export { toNodeHandler } from './to-node-handler.ts'
export type { FetchHandler, NodeHandler, NodeHandlerOptions } from './to-node-handler.ts'
