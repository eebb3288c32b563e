import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A browser of the system's own, if there is one. */
export const browserPath = PLACES.find((path) => existsSync(path))

/** Opens it without a window, and without the requests that it makes for itself. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  const flags =
    'no-sandbox disable-background-networking disable-quic no-first-run disable-component-update disable-sync'
  return chromium.launch({ executablePath, args: flags.split(' ').map((flag) => `--${flag}`) })
}
