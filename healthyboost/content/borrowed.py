"""Strings of Django that people see here, and that one of its own catalogues lacks or gets wrong.

Nothing imports this module. It names the strings, so that they stand in the portal's catalogues,
which Django asks before its own. What Django has since mended can go.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

# Django's Latvian plural forms stand in another order than its header says.
ngettext_lazy("%(size)d byte", "%(size)d bytes")
ngettext_lazy("%(counter)s result", "%(counter)s results")
ngettext_lazy("entry", "entries")
ngettext_lazy("Please correct the error below.", "Please correct the errors below.")
ngettext_lazy(
    "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
    "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
)
ngettext_lazy(
    "Ensure that there are no more than %(max)s digit in total.",
    "Ensure that there are no more than %(max)s digits in total.",
)
ngettext_lazy(
    "Ensure that there are no more than %(max)s decimal place.",
    "Ensure that there are no more than %(max)s decimal places.",
)
ngettext_lazy(
    "Ensure that there are no more than %(max)s digit before the decimal point.",
    "Ensure that there are no more than %(max)s digits before the decimal point.",
)
ngettext_lazy(
    "Ensure this filename has at most %(max)d character (it has %(length)d).",
    "Ensure this filename has at most %(max)d characters (it has %(length)d).",
)
ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)
ngettext_lazy(
    "Your password must contain at least %(min_length)d character.",
    "Your password must contain at least %(min_length)d characters.",
)

# Django has none of these in Finnish, and some of them in none of our languages.
gettext_noop("- Select an option -")
gettext_noop("Change or view list link")
gettext_noop("Logout")
gettext_noop("Pagination %(name)s")
gettext_noop("Pagination %(name)s entries")
gettext_noop("Run")
gettext_noop("Search %(name)s")
ngettext_lazy("…and %(count)d more object.", "…and %(count)d more objects.")
gettext_noop(
    "Are you sure you want to delete the %(object_name)s “%(escaped_object)s”? "
    "All of the following related items will be deleted:"
)
gettext_noop(
    "Deleting the %(object_name)s “%(escaped_object)s” would require deleting the following "
    "protected related objects:"
)
gettext_noop(
    "Deleting the %(object_name)s “%(escaped_object)s” would result in deleting related objects, "
    "but your account doesn't have permission to delete the following types of objects:"
)

# Latvian and Russian would have to inflect the name, and its gender the verb: ours say it behind a
# colon.
gettext_noop(" By %(filter_title)s ")
gettext_noop("Add %(name)s")
gettext_noop("Add %s")
gettext_noop("Add another %(model)s")
gettext_noop("Add another %(verbose_name)s")
gettext_noop("Cannot delete %(name)s")
gettext_noop("Change %s")
gettext_noop("Change selected %(model)s")
gettext_noop("Delete selected %(model)s")
gettext_noop("Delete selected %(verbose_name_plural)s")
gettext_noop("Select %s")
gettext_noop("Select %s to change")
gettext_noop("Select %s to view")
gettext_noop("View %s")
gettext_noop("View selected %(model)s")
gettext_noop("Successfully deleted %(count)d %(items)s.")
gettext_noop("The %(name)s “%(obj)s” was deleted successfully.")
gettext_noop("The {name} “{obj}” was added successfully.")
gettext_noop("The {name} “{obj}” was changed successfully.")
gettext_noop("The {name} “{obj}” was changed successfully. You may edit it again below.")
gettext_noop("The {name} “{obj}” was added successfully. You may add another {name} below.")
gettext_noop("The {name} “{obj}” was changed successfully. You may add another {name} below.")

# "Model" means the project's own model to everybody here.
gettext_noop("Model name")
gettext_noop("Models in the %(name)s application")

# Finnish and Swedish of Django's that nobody would say, or words other than those of the portal.
gettext_noop("Delete?")
gettext_noop("Save and continue editing")
gettext_noop("Start typing to filter…")
gettext_noop("View on site")
gettext_noop("View site")

# Finnish has units of its own ("kt", "Mt").
gettext_noop("%s KB")
gettext_noop("%s MB")

# Russian months are written small; Django writes those that stand without a day with a capital.
gettext_noop("January")
gettext_noop("February")
gettext_noop("March")
gettext_noop("April")
gettext_noop("May")
gettext_noop("June")
gettext_noop("July")
gettext_noop("August")
gettext_noop("September")
gettext_noop("October")
gettext_noop("November")
gettext_noop("December")
