/** What the person at the terminal is told of a failure. */
export function toMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, path } = error as NodeJS.ErrnoException
  if (path === undefined) return error.message
  switch (code) {
    case 'ENOENT':
      return `there is no file or folder "${path}"`
    case 'ENOTDIR':
      return `"${path}" is a file, but a folder is needed`
    case 'EISDIR':
      return `"${path}" is a folder, but a file is needed`
    case 'EACCES':
      return `"${path}" may not be read by this user`
    default:
      return error.message
  }
}
