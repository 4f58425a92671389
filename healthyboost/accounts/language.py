from django.utils import translation


def speak_to(user, request):
    """For the rest of this request: the language that `user` chose, where she has."""
    if language := getattr(user, "language", ""):
        translation.activate(language)
        request.LANGUAGE_CODE = language
