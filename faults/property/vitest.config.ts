import { defineProject, mergeConfig } from 'vitest/config'
import project from '../../test/project.ts'

export default mergeConfig(project, defineProject({ test: { name: 'faults-property' } }))
