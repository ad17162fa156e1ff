"""Certificate requests (PKCS#10, RFC 2986) and self-signed certificates from one specification.

`spec` holds what the form asks for, which is stored with the request; `build` turns it into bytes,
`read` bytes back into facts. What a CA will think of it is `pki.preflight`'s matter.
"""
