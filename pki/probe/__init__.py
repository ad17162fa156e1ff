"""Looking at a live service: what it presents to anybody who connects, compared with what it should."""
