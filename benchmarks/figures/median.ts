import { quantile } from './quantile.ts'

export const median = (samples: readonly number[]): number => quantile(samples, 0.5)
