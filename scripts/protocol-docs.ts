import { writeFileSync } from 'node:fs'
import { renderProtocolDocs } from './protocol-docs/render.ts'

const page = new URL('../docs/protocol.md', import.meta.url)
writeFileSync(page, renderProtocolDocs())
console.log(`wrote ${page.pathname}`)
