export { storeContract } from './store-contract.ts'
export { threadStoreContract } from './thread-store-contract.ts'
export type { StoreContractCase } from './store-contract/contract-case.ts'
