export { default } from '../../test/project.ts'
