"""What a page reads of the query string, said once, so that what keeps pages can drop all else."""


def reads(*names, is_endless=False):
    """A view whose page is the same for all who ask for its address: it reads these names of the query
    and nothing else of the request. `is_endless`: there are as many such pages as there are texts.

    A class of views says so by its attributes `reads` and `is_endless`.
    """

    def mark(view):
        view.reads, view.is_endless = names, is_endless
        return view

    return mark


def names_read(view):
    """The names that `reads` was given; None where the page may be made for one asker alone."""
    return getattr(getattr(view, "view_class", view), "reads", None)


def is_endless(view):
    return getattr(getattr(view, "view_class", view), "is_endless", False)
