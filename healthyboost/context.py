"""What the frame of every page asks for: a name that a view leaves out costs more than one it gives."""


def frame(request):
    return {
        "has_database": True,
        "page": None,
        "shown": None,
        "preview": getattr(request, "preview", None),
    }
