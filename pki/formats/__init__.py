"""Reading and writing of files: what a thing is, is found out by its content, never by its name."""
