"""Finished pages, kept in the memory of each process and sent as they are until something changes.

A page is a function of its address, the state of the content and the next change in time:

application.py  the portal with its cache in front: finds, renders once, keeps, warms
addresses.py    which addresses are kept, and the one form in which each is known
entries.py      a finished page: its headers, its bytes in each encoding, its ETag
shelves.py      bounded memory: what is asked once does not push out what is asked again
generation.py   which pages are of today: moved by every commit that can show, and by the clock
triggers.py     the database tells of every such commit, whoever makes it
"""
