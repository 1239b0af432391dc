"""How each thing of a project is written in its document and read from it: one file a thing, both ways in it.

What reads here trusts nothing: the document may come from a stranger.
"""
