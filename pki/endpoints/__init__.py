"""Whether services and accounts work, why not, and until when: judged from plain values."""
