"""Trust stores, what chains into them, and what validation says of it."""
