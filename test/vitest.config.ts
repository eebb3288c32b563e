export { default } from './project.ts'
