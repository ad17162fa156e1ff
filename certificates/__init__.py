"""The inventory: certificates, their names, revocation lists and imports."""
