"""Pasted log lines: which failure each tells of, who refused whom, and which certificate is meant.

Text in, plain values out. Nothing here knows the inventory; the words that people read about a
failure are found at the edge.
"""
