"""Links by which a company confirms: made by officials, used without an account."""
