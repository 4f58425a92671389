"""The roles of the portal: groups and what each may do. Administrators are superusers."""

from django.apps import apps

from healthyboost.content.models import content_models

ALL = ("view", "add", "change", "delete")
WRITE = ("view", "add", "change")
TRANSLATE = ("view", "change")

# What coordinators write; everything else of the content they only see.
COORDINATED = {
    "content": ("link", "statement"),
    "media": ("picture", "pictureuse", "attachment"),
    "partners": ("contactperson", "contactlink"),
    "pilots": ("pilot", "cooperation", "pilotstep"),
    "materials": ("material", "materialversion"),
    "news": ("article", "quote"),
}
# A child row in the form of a page may be taken away again.
COORDINATED_CHILDREN = {
    "link",
    "statement",
    "pictureuse",
    "attachment",
    "contactlink",
    "cooperation",
    "pilotstep",
    "materialversion",
    "quote",
}


def content_apps():
    """Labels of the apps whose rows make up the pages: those of every content type there is."""
    return {"content", "media", *(model._meta.app_label for model in content_models())}


def actions(role, app_label, model_name):
    if role == "editors":
        return ALL
    if role == "translators":
        return TRANSLATE
    if model_name in COORDINATED.get(app_label, ()):
        return ALL if model_name in COORDINATED_CHILDREN else WRITE
    return ("view",)


def set_roles(using="default", **kwargs):
    """After each migrate: the groups exist and may do what this module says, no more and no less."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    labels = content_apps()
    for app_label in labels:
        create_permissions(apps.get_app_config(app_label), verbosity=0, using=using)
    known = Permission.objects.using(using).filter(content_type__app_label__in=labels)
    permissions = {
        (permission.content_type.app_label, permission.codename): permission
        for permission in known.select_related("content_type")
    }
    for role in ("editors", "coordinators", "translators"):
        group, _created = Group.objects.using(using).get_or_create(name=role)
        group.permissions.set(
            permissions[model._meta.app_label, f"{action}_{model._meta.model_name}"]
            for app_label in labels
            for model in apps.get_app_config(app_label).get_models()
            for action in actions(role, app_label, model._meta.model_name)
        )
