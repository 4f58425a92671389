"""Erases a person: `erase_person "Åsa Ek" asa@example.org` lists what there is, `--erase` does it."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.text import capfirst

from healthyboost.accounts.models import User
from healthyboost.privacy.backups import backups_in_words
from healthyboost.privacy.erasing import Erasure
from healthyboost.privacy.in_files import closed_files
from healthyboost.privacy.mentions import Fate
from healthyboost.privacy.naming import Naming
from healthyboost.privacy.people import spellings_of
from healthyboost.search.files import read_files
from partners.models import ContactPerson

FATES = {
    Fate.GOES: "Deleted",
    Fate.WORDS: "The name is taken out, the rest stays",
    Fate.PROSE: "To be rewritten by somebody",
    Fate.FILE: "Files that name the person, to be replaced or deleted by hand; --files deletes them",
    Fate.LOOK: "To be looked at by somebody: what may be another person's",
}


class Command(BaseCommand):
    help = (
        "Erases a person from rows, histories, drafts, memory, index and files. Without --erase it only "
        "lists them. Backups keep what was in them: repeat it after a restore."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "spellings",
            nargs="*",
            metavar="SPELLING",
            help="names, e-mail addresses and telephone numbers, each as it may be written",
        )
        parser.add_argument("--person", metavar="SLUG", help="a contact person, by the short name")
        parser.add_argument("--account", metavar="NAME", help="an account, by user name or address")
        parser.add_argument(
            "--instead",
            default="",
            metavar="WORDS",
            help="put these in the place of the name in texts that readers read, too",
        )
        parser.add_argument(
            "--pictures", action="store_true", help="delete the pictures that name the person"
        )
        parser.add_argument(
            "--files", action="store_true", help="delete the files that name the person inside"
        )
        parser.add_argument("--erase", action="store_true", help="do it")

    def handle(self, *, spellings, person, account, instead, pictures, files, erase, **options):
        own = [*chosen(ContactPerson, person, "slug"), *chosen_account(account)]
        naming = Naming.of(*spellings, *(said for row in own for said in spellings_of(row)))
        if not own and not naming:
            raise CommandError("Say whom: a name, an e-mail address, --person or --account.")
        while read_files():
            pass
        try:
            erasure = Erasure(naming, own, instead, pictures, files)
            if not erase:
                self.tell(erasure.plan(), "Nothing names this person.")
                return self.tell_what_is_not_known()
            outcome = erasure.carry_out()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        for done, counts in (("deleted", outcome.gone), ("without the name", outcome.reworded)):
            for model, number in sorted(counts.items(), key=lambda item: item[0]._meta.label):
                self.stdout.write(f"{done}: {number} {model._meta.label}")
        if outcome.files:
            self.stdout.write(f"deleted: {outcome.files} stored files")
        self.tell(outcome.left, "Nothing names this person any more.")
        self.tell_what_is_not_known()

    def tell(self, mentions, nothing):
        if not mentions:
            self.stdout.write(nothing)
        for fate, title in FATES.items():
            of_fate = [each for each in mentions if each.fate == fate]
            if of_fate:
                self.stdout.write(f"\n{title}: {len(of_fate)}")
            for each in of_fate:
                perhaps = "" if each.is_sure else " (perhaps)"
                fields = ", ".join(each.fields)
                where = f"{capfirst(each.label)} {each.row.pk} {fields}{perhaps}"
                if each.is_inside:
                    where += (
                        f", {each.file.name} of {capfirst(each.page._meta.label_lower)} {each.page}"
                    )
                self.stdout.write(f"  {where}: {each.excerpt}")

    def tell_what_is_not_known(self):
        if closed := closed_files():
            self.stdout.write(f"\nFiles that could not be read, open them yourself: {len(closed)}")
            for row in closed:
                self.stdout.write(f"  {row.file.name}: {row}")
        self.stdout.write(f"\n{backups_in_words()}")
        self.stdout.write("Copies of pages that the server in front keeps go within a day.")


def chosen(model, value, field):
    if not value:
        return []
    row = model.objects.filter(**{field: value}).first()
    if not row:
        raise CommandError(f"There is no {model._meta.verbose_name} “{value}”.")
    return [row]


def chosen_account(value):
    if not value:
        return []
    user = User.objects.filter(username=value).first() or User.objects.filter(email=value).first()
    if not user:
        raise CommandError(f"There is no account “{value}”.")
    return [user]
