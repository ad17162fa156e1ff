"""Untrusted bytes are opened in children that can be killed: certificates, keys, CRLs and names.

Each question has two modules: one that asks, and its `_child`, which runs in a fresh interpreter and
is asked over a pipe. `process` starts and ends children, `child` bounds them.
"""
