const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const YEAR = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** When something happened, as short as it can be said: "Today, 14:05", "3 May, 14:05", "3 May 2024". */
export function formatWhen(when: Date, now: Date): string {
  if (when.toDateString() === now.toDateString()) return `Today, ${TIME.format(when)}`
  if (when.getFullYear() === now.getFullYear()) return `${DAY.format(when)}, ${TIME.format(when)}`
  return YEAR.format(when)
}
