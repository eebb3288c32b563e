/** Makes the wall clock of this process differ from the machine's, by as much for every way to ask it. */
export function shiftClock(offsetMs: number): void {
  if (offsetMs === 0) return
  const RealDate = Date
  const now = (): number => RealDate.now() + offsetMs
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
    apply: () => new RealDate(now()).toString(),
    get: (target, name, receiver) =>
      name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown),
  })
}
