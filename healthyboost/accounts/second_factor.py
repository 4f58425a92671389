"""Who needs a second factor, an app or a passkey, before anything else works."""

from django.conf import settings

NEEDED_FOR = {"editor", "administrator"}


def lacks_second_factor(user):
    """Asked of everybody who is signed in: a query for those who need one."""
    if not settings.MFA_REQUIRED or not user.is_authenticated:
        return False
    needs = user.is_superuser or any(grant.role in NEEDED_FOR for grant in user.current_grants)
    return needs and not user.has_second_factor
