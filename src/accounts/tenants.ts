// The tenant that everything belongs to as long as an installation has one.

/** Its row is made by the first migration. */
export const DEFAULT_TENANT_ID = '00000000-0000-7000-8000-000000000001';
