import { defineProject, mergeConfig } from 'vitest/config'
import project from '../test/project.ts'

// `property` is a project of its own.
export default mergeConfig(project, defineProject({ test: { include: ['test/**/*.test.ts'] } }))
