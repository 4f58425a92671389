"""What each process of a build begins with: it knows of its parent only what it is given.

Imports no model, for it is read before there are any.
"""

import django


def begin(database):
    """`database`: the settings of the parent's connection, which an embedded server changes."""
    from django.conf import settings

    settings.DATABASES["default"] = database
    django.setup()
