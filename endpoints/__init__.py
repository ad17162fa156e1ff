"""Services and accounts: what speaks TLS or SSH, who logs in, and whether it works."""
