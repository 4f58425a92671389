"""People, their roles and their invitations: one form for all of it."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from healthyboost.privacy.screens import CanErase

from .invitations import invite
from .models import Grant, User

for model in (Group, EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)  # each person sees her own, below /account/


class GrantForm(forms.ModelForm):
    languages = forms.MultipleChoiceField(
        help_text=Grant._meta.get_field("languages").help_text,
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["languages"].label = capfirst(_("languages"))
        if "organisation" in self.fields:  # chosen here, changed elsewhere
            widget = self.fields["organisation"].widget
            widget.can_add_related = widget.can_change_related = widget.can_delete_related = False


class GrantInline(admin.StackedInline):
    model = Grant
    form = GrantForm
    autocomplete_fields = ("organisation",)
    extra = 0
    verbose_name_plural = _("What this person may do")

    def get_min_num(self, request, obj=None, **kwargs):
        return 0 if obj else 1


class InvitationForm(forms.ModelForm):
    """A person who is invited signs in by e-mail address; a password she chooses herself."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email", "language")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        email, language = self.fields["email"], self.fields["language"]
        email.required = language.required = True
        email.help_text = _("The invitation is sent there. It is also the login name.")

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        others = User.objects.filter(email__iexact=email) | User.objects.filter(
            username__iexact=email
        )
        if others.exists():
            raise forms.ValidationError(_("There is already an account with this address."))
        return email

    def save(self, commit=True):
        user = super().save(commit=False)
        user.username, user.is_active = user.email, False
        user.set_unusable_password()
        if commit:
            user.save()
        return user


@admin.register(User)
class PortalUserAdmin(CanErase, UserAdmin):
    add_form = InvitationForm
    add_form_template = None
    change_form_template = "admin/user_form.html"
    change_list_template = "admin/user_list.html"
    inlines = [GrantInline]
    list_display = ("username", "first_name", "last_name", "shown_roles", "shown_state")
    list_filter = ("grants__role", "is_active")
    filter_horizontal = ()
    readonly_fields = ("invited_at", "last_login", "date_joined")
    fieldsets = [
        (None, {"fields": ("username", "password", "is_active")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "language", "wants_mail")}),
        (_("Dates"), {"fields": ("invited_at", "last_login", "date_joined")}),
    ]
    add_fieldsets = [(None, {"fields": ("first_name", "last_name", "email", "language")})]

    class Media:
        js = ("admin/portal.js",)  # gives the fields that search their labels

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj and request.user.is_superuser:
            return [*fieldsets, (_("Everything"), {"fields": ("is_superuser",)})]
        return fieldsets

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("grants__organisation")

    # Who may do everything is changed only by somebody who may.

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.is_below(request.user, obj)

    def has_delete_permission(self, request, obj=None):
        """Who has worked here is switched off, not deleted: the history names her."""
        has_worked = obj is not None and obj.last_login is not None
        allowed = super().has_delete_permission(request, obj) and self.is_below(request.user, obj)
        return allowed and not has_worked

    def is_below(self, user, obj):
        return obj is None or user.is_superuser or not obj.is_superuser

    # The form

    def add_view(self, request, form_url="", extra_context=None):
        context = {"title": gettext("Invite somebody"), **(extra_context or {})}
        return super().add_view(request, form_url, context)

    def save_related(self, request, form, formsets, change):
        """Who has a role may enter the admin."""
        super().save_related(request, form, formsets, change)
        user = form.instance
        user.is_staff = user.is_superuser or Grant.objects.filter(user=user).exists()
        user.save(update_fields=["is_staff"])

    def response_add(self, request, obj, post_url_continue=None):
        self.send_invitation(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        if "_invite" in request.POST and not obj.has_usable_password():
            self.send_invitation(request, obj)
        elif "_withdraw_invitation" in request.POST and obj.invited_at:
            obj.invited_at = None
            obj.save(update_fields=["invited_at"])
            self.message_user(request, _("The invitation is withdrawn: its link no longer works."))
        elif "_remove_second_factors" in request.POST:
            obj.authenticator_set.all().delete()
            self.message_user(request, _("The second factors of this person are removed."))
        return super().response_change(request, obj)

    def send_invitation(self, request, user):
        try:
            invite(user, request)
        except OSError as error:
            text = _("The invitation could not be sent: %(reason)s") % {"reason": error}
            self.message_user(request, text, messages.ERROR)
        else:
            text = _("An invitation was sent to %(address)s. Its link works for seven days.")
            self.message_user(request, text % {"address": user.email}, messages.SUCCESS)

    # The list

    @admin.display(description=_("roles"))
    def shown_roles(self, user):
        if user.is_superuser:
            return gettext("everything")
        return "; ".join(str(grant) for grant in user.grants.all())

    @admin.display(description=_("state"))
    def shown_state(self, user):
        if user.is_active:
            return gettext("active")
        return gettext("invited") if user.invited_at else gettext("switched off")
