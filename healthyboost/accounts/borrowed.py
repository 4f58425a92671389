"""Strings of allauth that people see here.

Nothing imports this module. It names the strings, so that they stand in the portal's catalogues,
which Django asks before those of the library.
"""

from django.utils.translation import gettext_noop

# Forms
gettext_noop("Email")
gettext_noop("Email address")
gettext_noop("Current Password")
gettext_noop("New Password")
gettext_noop("New Password (again)")
gettext_noop("You must type the same password each time.")
gettext_noop("Code")
gettext_noop("Authenticator code")
gettext_noop("Master key")
gettext_noop("Backup key")
gettext_noop("Key nr. {number}")
gettext_noop("Use your password")
gettext_noop("Use authenticator app or code")
gettext_noop("Use a security key")
gettext_noop("You cannot generate recovery codes without having two-factor authentication enabled.")

# Messages
gettext_noop("Password successfully changed.")
gettext_noop("Password successfully set.")
gettext_noop("Authenticator app activated.")
gettext_noop("Authenticator app deactivated.")
gettext_noop("Security key added.")
gettext_noop("Security key removed.")
gettext_noop("A new set of recovery codes has been generated.")
gettext_noop("Signed out of all other sessions.")

# Mail
gettext_noop("Password Changed")
gettext_noop("Your password has been changed.")
gettext_noop("Password Set")
gettext_noop("Your password has been set.")
gettext_noop("Authenticator App Activated")
gettext_noop("Authenticator App Deactivated")
gettext_noop("New Recovery Codes Generated")
gettext_noop("A new set of Two-Factor Authentication recovery codes has been generated.")
gettext_noop("Security Key Added")
gettext_noop("A new security key has been added.")
gettext_noop("Security Key Removed")
gettext_noop("A security key has been removed.")
