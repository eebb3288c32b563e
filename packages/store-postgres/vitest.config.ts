export { default } from '../../test/embedded-project.ts'
