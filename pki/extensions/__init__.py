"""Certificate and CRL extensions, decoded one by one (RFC 5280, sections 4.2 and 5.2).

`read` takes an extension apart and has the table of decoders. The larger ones stand by themselves:
`general_names`, `constraints` on names and policies, `points` and other addresses. Each takes the
extension's value and raises `DerError`; `read` turns that into a reason, so that one malformed
extension never hides the others.
"""
