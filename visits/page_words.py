"""What the log page calls its fields, and every sentence that its scripts say."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

# By the name that the scripts know.
Words = dict[str, str]


def labels() -> Words:
    """The fields by the names of their paths, for summaries."""
    return {
        "reason": _("Reason of the amendment"),
        "company": _("Company"),
        "project": _("Project"),
        "mode": _("Mode"),
        "purpose": _("Purpose"),
        "starts_at": pgettext("visit", "Time"),
        "ended_on": _("Last day"),
        "gate_reason": _("Why another visit"),
        "met": _("People met"),
        "companions": _("Who came along"),
        "led_by": _("Led by"),
        "findings": _("What was heard"),
        "note": _("Course of the visit"),
        "photos": _("Photos"),
        "signed_by": _("Who signs"),
        "signature": _("Signature of the company"),
        "place": _("Place"),
    }


def draft_words() -> Words:
    """What they say of drafts, checks and the place."""
    return {
        "check": _("Not sent yet. Please check:"),
        "reasonNeeded": _("Please say why another visit is needed."),
        "answerNeeded": _("Say what was answered on the spot."),
        "needed": _("Please fill this in."),
        "restored": _("Your draft from %s is back."),
        "discard": _("Discard this draft"),
        "discardAsk": _("Discard the draft with its photos? This cannot be undone."),
        "unsent": _("Not delivered yet: %s"),
        "draft": _("draft"),
        "noCompany": _("no company yet"),
        "open": _("Open"),
        "nothingFound": _("No company of yours fits. Try fewer characters."),
        "offline": _("No network. Companies you had lately are still offered."),
        "place": _("Place: about %s"),
        "placeFailed": _("The phone gave no place. The visit does not need one."),
        "placeRemove": _("Remove the place"),
        "placeAdd": _("Add a rough place"),
    }


def script_words() -> Words:
    """Every sentence that the page's scripts say."""
    return {
        "photo": _("Photo %s"),
        "photoRemove": _("Remove photo %s"),
        "photoWorking": _("The photo is being made smaller …"),
        "photosFull": _("At most 20 photos."),
        "photoRefused": _("Photo %s was not taken by the server"),
        "saving": _("Saving …"),
        "saved": _("Saved on this phone"),
        "notSaved": _(
            "This browser cannot keep drafts. Keep this page open until sent."
        ),
        "unsaved": _("Could not be saved on this phone. Keep this page open."),
        "missing": _("Missing: %s"),
        "complete": _("Nothing missing."),
        "sending": _("Sending …"),
        "sendingPhoto": _("Sending photo %s"),
        "later": _("Saved on this phone, not delivered yet. Trying again by itself."),
        "retryNow": _("Try now"),
        "edit": _("Edit again"),
        "login": _("Your login has run out. Everything is kept on this phone."),
        "loginLink": _("Sign in again"),
        "other": _(
            "Somebody else is signed in. This visit is kept for its own officer."
        ),
        "stopped": _(
            "The server does not take this visit: %s It is kept on this phone."
        ),
        "conflict": _("The server has other content for this visit. Both are kept."),
        "conflictLink": _("Look at both and decide"),
        "delivered": _("Delivered"),
        "deliveredText": _("The visit and its photos are on the server."),
        "openVisit": _("Open the visit"),
        "openReport": _("Report (PDF)"),
        "tickets": _("Tickets"),
        "another": _("Log another visit"),
        **draft_words(),
        **{f"label_{name}": label for name, label in labels().items()},
    }
