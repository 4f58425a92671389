"""The register: every field of every model, and for what it is kept if it can tell of a person.

Translated fields stand here once. A field that is missing here fails a test: whoever adds one decides.
"""

from dataclasses import dataclass

from django.apps import apps

from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.content.models import Content

from .purposes import PURPOSES


@dataclass(frozen=True)
class Row:
    """A model: the key of PURPOSES, the fields that can tell of a person, and those that cannot."""

    purpose: str
    personal: str
    other: str = "id"


# What every page has. Its texts may name people; `organisation` is no person.
PAGE = Row(
    "named",
    "title summary body slug made_from",
    "id source_language organisation date date_precision themes published_at unpublish_at "
    "withdrawn_at origin",
)
# What pages of a kind have beside it.
PAGES = {
    "news.article": Row(
        "named", "original_url", "kind project pilot event partners materials original_published "
        "original_published_precision",
    ),
    "news.event": Row(
        "named",
        "state_note venue address online_url open_to audience motto register_url",
        "city country latitude longitude kind state mode time_zone is_online_url_public "
        "register_until series project pilot ends_at sequence calendar_hash organisers",
    ),
    "news.issue": Row("named", "", "newsletter number"),
    "pilots.pilot": Row(
        "named",
        "aim challenge actions model_use resident_benefit xr_use peer_value results lessons "
        "transfer_tips cost_note",
        "city country latitude longitude project state start start_precision end end_precision cost "
        "details_known target_groups",
    ),
    "materials.material": Row(
        "named",
        "author_text",
        "kind project minutes_needed edition replaces licence doi front_page_position audience "
        "authors pilots",
    ),
    "pages.page": Row("named", "", "kind reviewed_on footer_position"),
    "partners.organisation": Row(
        "named",
        "website unit native_name",
        "city country latitude longitude kind abbreviation native_language name_status is_listed",
    ),
    "partners.project": Row(
        "named",
        "alt_names objective goal results funding_statement manager",
        "acronym number programme programme_period priority start start_precision planned_end "
        "planned_end_precision actual_end actual_end_precision total_budget currency emblem_text",
    ),
}  # fmt: skip
HANGS = "id content_type object_id"
REGISTER = {
    # Readers
    "mailing.subscriber": Row(
        "newsletter",
        "email language themes has_chosen_themes state consent consent_version consent_language "
        "consented_at created_at confirmed_at ended_at soft_bounces",
        "id is_told_of_lost_themes",
    ),
    "mailing.signup": Row(
        "newsletter", "asks email language themes consent consent_language asked_at", "id due_at"
    ),
    "mailing.delivery": Row(
        "newsletter", "mailing subscriber language state sent_at answer", "id tries due_at"
    ),
    "mailing.suppression": Row("refusals", "fingerprint reason since", "id key"),
    "mailing.attempts": Row("misuse", "name since count", ""),
    "limits.count": Row("misuse", "name until count", ""),
    "demand.wish": Row(
        "wishes",
        "email content_type object_id language wants consent asked_at mailed_at confirmed_at",
    ),
    "feedback.message": Row(
        "messages",
        "text email language address page_language content_type object_id person sent_at told",
        "id state about organisation is_person_refused closed_at told_at due_at",
    ),
    "feedback.answer": Row(
        "messages", "message written_by written_at subject text", "id due_at sent_at is_refused"
    ),
    "redirects.missedaddress": Row(
        "addresses", "path", "id hits from_own_pages first_day last_day is_set_aside"
    ),
    # People whom pages name
    "partners.contactperson": Row(
        "named",
        "slug name role organisation email phone consent_at consent_until consent_told_of is_current",
    ),
    "partners.contactlink": Row("named", "person", f"{HANGS} position"),
    "partners.partnership": Row(
        "named", "tasks", "id project organisation role valid_from valid_until budget_total position"
    ),
    "partners.fundingline": Row("named", "note", "id project partnership source amount"),
    "news.speaker": Row(
        "named", "name role organisation organisation_text", "id event position"
    ),
    "news.quote": Row("named", "text speaker speaker_role", "id article position"),
    "news.eventsession": Row(
        "named",
        "title",
        "id event position start_date start_date_precision start_time end_date end_time mode",
    ),
    "news.item": Row(
        "named",
        "title body contact link_label link_url",
        "id issue position kind anchor article event material pilot about_organisation has_lost_page "
        "picture link_language members themes",
    ),
    "news.newsletter": Row("named", "name", "id slug frequency publisher"),
    "news.keptpdf": Row("named", "content", "id issue language made_of"),
    "pilots.pilotstep": Row(
        "named", "title text", "id pilot position date date_precision planned held"
    ),
    "pilots.cooperation": Row("named", "unit", "id pilot organisation position"),
    "materials.materialversion": Row(
        "named",
        "title file address facts url captions_file transcript partial_note",
        "id material position language form size media_type sha256 accessible pages "
        "duration_seconds is_partial",
    ),
    "media.attachment": Row(
        "named",
        "file address facts title",
        f"{HANGS} position size media_type sha256 language accessible",
    ),
    "content.link": Row("named", "label url own_url", f"{HANGS} position target_language verified_at"),
    "content.statement": Row(
        "named",
        "subject text reported_by source_url",
        f"{HANGS} position reported_on reported_on_precision written_in",
    ),
    "content.theme": Row("named", "name description", "id slug kind parent position"),
    "content.formerslug": Row("named", "slug", HANGS),
    "content.datestamp": Row("named", "slug", f"{HANGS} changed_at deleted_at"),
    "redirects.redirect": Row(
        "named", "name old_address target note", "id language hits last_used"
    ),
    "editing.deletion": Row(
        "named", "titles rows deleted_by deleted_at", f"{HANGS} detached"
    ),
    "editing.checkedaddress": Row("named", "url", "id checked_at status fault failing_since"),
    "mailing.mailing": Row(
        "named",
        "title started_by started_at trouble",
        f"{HANGS} finished_at state rests_until report",
    ),
    "mailing.mailingtext": Row("named", "subject html text", "id mailing language text_language"),
    "search.entry": Row(
        "named", "hanging words",
        f"{HANGS} language file is_draft date published_at unpublish_at",
    ),
    "search.filetext": Row("named", "text more", "sha256 is_whole"),
    "search.spokenword": Row("named", "word folded sounds", "id language texts"),
    "glossary.use": Row("named", "said", f"{HANGS} term language kind wording place"),
    "translation.memoryentry": Row(
        "named",
        "source source_html text title address by at",
        f"{HANGS} source_language language is_rich place pair origin public_from public_until",
    ),
    # People in pictures
    "media.picture": Row(
        "pictures",
        "name file address renditions alt caption credit organisation consent_note consent_until "
        "consent_told_of",
        "id size media_type sha256 width height decorative licence focal_x focal_y",
    ),
    "media.orphanedfile": Row("pictures", "name since"),
    # People who work on the portal
    "accounts.user": Row(
        "accounts",
        "password last_login is_superuser username first_name last_name email is_staff is_active "
        "date_joined language wants_mail invited_at",
    ),
    "accounts.grant": Row("accounts", "user role organisation languages"),
    "account.emailaddress": Row("accounts", "user email verified primary"),
    "account.emailconfirmation": Row("accounts", "email_address created sent key"),
    "mfa.authenticator": Row("accounts", "user type data created_at last_used_at"),
    "demand.digestchoice": Row("accounts", "user period told_until mailed_at"),
    "usersessions.usersession": Row(
        "sessions", "user created_at ip last_seen_at session_key user_agent data"
    ),
    "sessions.session": Row("sessions", "session_key session_data expire_date", ""),
    "reversion.revision": Row("work", "date_created user comment"),
    "reversion.version": Row(
        "work", "serialized_data object_repr", "id revision object_id content_type db format"
    ),
    "admin.logentry": Row(
        "work", "action_time user content_type object_id object_repr action_flag change_message"
    ),
    "content.draft": Row(
        "work",
        "fields rows paragraphs author made_from created_at updated_at",
        f"{HANGS} language started_from origin state",
    ),
    "editing.unsavedform": Row("work", "user address fields updated_at"),
    "editing.previewlink": Row(
        "work", "made_by made_at", f"{HANGS} language expires_at withdrawn_at"
    ),
    "translation.pagelink": Row(
        "work",
        "made_for note made_by made_at used_at done_at",
        f"{HANGS} language expires_at withdrawn_at",
    ),
    "translation.comment": Row(
        "work",
        "quote text written_by written_at asked_of done_at done_by",
        f"{HANGS} thread to language place quote_language told_at",
    ),
    "translation.delivery": Row(
        "work", "user name translator lines results created_at", "id origin state"
    ),
    "translation.machinerun": Row(
        "work",
        "asked_by asked_at skipped hints",
        f"{HANGS} language source_language service changed_at finished_at characters units done fault",
    ),
    "translation.notneeded": Row("work", "by at reason", f"{HANGS} language"),
    "wordings.wording": Row(
        "work", "forms by at", "id string language released catalogue_forms need version"
    ),
    "wordings.wordingchange": Row("work", "by name at before after", "id wording"),
    "audit.entry": Row("log", "at person_id person kind model object_id name details"),
    "django_tasks_database.dbtaskresult": Row(
        "tasks",
        "args_kwargs return_value traceback",
        "id status enqueued_at started_at finished_at priority task_path worker_ids queue_name "
        "backend_name run_after exception_class_path",
    ),
}  # fmt: skip
# Nothing in these tells of a person.
NOT_PERSONAL = {
    "auth.permission": "id name content_type codename",
    "auth.group": "id name permissions",
    "contenttypes.contenttype": "id app_label model",
    "editing.addressuse": f"{HANGS} address",
    "editing.told": f"{HANGS} language published_at told_at",
    "media.pictureuse": f"{HANGS} picture position",
    "media.pictureintext": f"{HANGS} picture",
    "glossary.reading": f"{HANGS} version",
    "glossary.term": "id identifier preferred also avoid note is_active loaded",
    "search.touched": HANGS,
    "search.month": "mark texts",
    "wordings.catalogue": "id language name digest plural_forms taken_in_at",
    "wordings.interfacestring": "id key catalogue context msgid msgid_plural comment files words "
    "is_public is_current since",
    "demand.demand": f"{HANGS} language day visits requests",
    "translation.standing": f"{HANGS} language state has_draft source_language changed minor total "
    "words since public_from public_until organisation_id",
    "translation.touched": HANGS,
    "discovery.told": "id until upto after failures next_try",
    "pagecache.change": "id at",
    "pagecache.moment": "id at",
    "operations.process": "name started_at seen_at job since",
    "operations.tally": "id name label result number",
    "partners.fundingsource": "id slug name abbreviation kind position",
    "partners.networkmembership": "id network member since since_precision until until_precision",
}


def fields_of(model):
    """Names of all fields of a model, a translated one once."""
    columns = {column(name, code) for name in translated_fields(model) for code in language_codes()}
    fields = (*model._meta.concrete_fields, *model._meta.many_to_many)
    return {field.name for field in fields} - columns


def registered(model):
    """(Row or None, names that stand in the register)"""
    label = model._meta.label_lower
    if issubclass(model, Content):
        own = PAGES.get(label, Row("named", "", ""))
        row = Row("named", f"{PAGE.personal} {own.personal}", f"{PAGE.other} {own.other}")
    else:
        row = REGISTER.get(label)
    known = f"{row.personal} {row.other}" if row else NOT_PERSONAL.get(label, "")
    return row, known.split()


def tables():
    """[(Purpose, [(model, [field])])]: what is personal, for the page of administrators."""
    found = {key: [] for key in PURPOSES}
    for model in apps.get_models():
        row, _known = registered(model)
        if row:
            names = [name for name in row.personal.split() if name in fields_of(model)]
            found[row.purpose].append((model, [model._meta.get_field(name) for name in names]))
    return [(PURPOSES[key], rows) for key, rows in found.items()]
