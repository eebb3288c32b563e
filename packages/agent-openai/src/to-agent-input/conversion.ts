/** What a converter may want to know beyond its item. */
export interface Conversion {
  /** The message that is being answered: the last one of a user. */
  isCurrent: boolean
}
