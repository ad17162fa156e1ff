"""A TLS handshake in memory: whether these two would connect, by the OpenSSL that would decide it.

    outcome = rehearse(
        server=ServerSide(
            chain=(leaf_der, intermediate_der),          # as it would be sent, leaf first
            key=pkcs8_der,                               # or None: a stand-in plays its part
            trust=TrustInput(anchors=(client_root,)),    # whom it accepts
            client_authentication=ClientAuthentication.REQUIRED,
        ),
        client=ClientSide(
            chain=(client_der,),
            key=None,
            trust=TrustInput(anchors=(server_root,)),    # by which it accepts the server
            host="ftp.example.com",                      # a name or an IP address; None: not checked
        ),
        moment=now,
    )
    outcome.connected, outcome.server.judgement, outcome.client.first, outcome.alert

with `rehearse` of `pki.handshake.rehearse`, the sides of `pki.handshake.inputs`, the answer of
`pki.handshake.outcome`, and `outcome_to_json`, `outcome_from_json` of `pki.handshake.stored`.

It is libssl's own handshake over memory BIOs: no socket, no file, no thread. Keys are PKCS#8 DER in
memory and are in no answer. Where a side's private key is not at hand, a throw-away key and
certificate go over the wire, and the other side's libssl is given the true certificates before it
verifies them: everything is real then but the proof of possession, and the answer says so
(`Direction.proven`). What is wrong with a certificate is in the answer, never an exception.
"""
