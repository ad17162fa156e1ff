"""Kits for mutual authentication: the files that each side needs, guarded, and proven by a handshake."""
