"""A second implementation of the Subrosa protocol, written from docs/PROTOCOL.md alone.

It shares no code with the first one. Where the document does not say something, the document is wrong: mend it, do not
look into the other code.
"""
