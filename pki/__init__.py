"""The PKI core: bytes, plain values and a moment in time go in, plain values come out. No Django."""
