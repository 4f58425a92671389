"""The portal for programs: what visitors may read, as JSON and CSV, derived from the models.

addresses: urls.py and views.py; what may be asked: questions.py; what an object says: members.py with
the rows of gathered.py; its description for machines: openapi.py, for people: page.py.
"""
