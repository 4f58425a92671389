"""Where permissions come from: the grants of a person and the table of rights, nothing else."""

from allauth.account.auth_backends import AuthenticationBackend
from django.apps import apps

from .rights import kind_of, may


class GrantBackend(AuthenticationBackend):
    """Signs people in by name or e-mail address; answers has_perm by object, without a query."""

    def has_perm(self, user_obj, perm, obj=None):
        app_label, _dot, codename = perm.partition(".")
        action, _line, model_name = codename.partition("_")
        try:
            model = apps.get_model(app_label, model_name)
        except LookupError:
            return False
        return may(user_obj, action, model, obj)

    def has_module_perms(self, user_obj, app_label):
        models = apps.get_app_config(app_label).get_models()
        return any(may(user_obj, "view", model) for model in models)

    def get_all_permissions(self, user_obj, obj=None):
        return {
            f"{model._meta.app_label}.{action}_{model._meta.model_name}"
            for model in apps.get_models()
            if kind_of(model)
            for action in ("view", "add", "change", "delete")
            if may(user_obj, action, model, obj)
        }

    get_user_permissions = get_all_permissions

    def get_group_permissions(self, user_obj, obj=None):
        return set()
