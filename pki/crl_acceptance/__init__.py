"""Whether a CRL that came from somewhere may be used (RFC 5280, 5 and 6.3), and what those in use say.

Where a CRL came from proves nothing: it counts when one of the known issuers signed it, when it
speaks of what is asked, and when it is newer than the one in use. So a server on the way can at
most withhold a CRL, which is seen as stale, and never bring an old one back. What is refused here
leaves the one in use where it is.

`accept` judges a candidate, with `signer` for who signed it; `coverage` says what the CRLs of a
store cover together.
"""
