"""The money of a plan as statements: debt path, operating charges, funding, bond ledger, gap; pure functions (docs/method.md)."""
