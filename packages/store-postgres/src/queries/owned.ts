/** Whose rows: an owner, in a tenant or in none. */
export interface OwnerRef {
  owner: string
  tenant?: string | undefined
}

/**
 * SQL: the row is of this owner; what is compared goes to the end of `values`. Not `is not distinct from`, which no
 * index serves.
 */
export function ownedBy({ owner, tenant }: OwnerRef, values: (string | number | null)[]): string {
  const isOwner = `owner_id = $${values.push(owner)}`
  return tenant === undefined
    ? `${isOwner} and tenant_id is null`
    : `${isOwner} and tenant_id = $${values.push(tenant)}`
}
