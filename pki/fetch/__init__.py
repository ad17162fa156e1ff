"""The one door to the network: fetch one URL over HTTP, within bounds that no server can stretch.

`url` takes a URL apart, `exchange` speaks HTTP/1.1 on a connection, `get` fetches with both, over
redirects and TLS. Nothing is taken from the environment: no proxy, no .netrc, no cookies; content
is never decompressed.
"""
