"""The states of a ticket drawn from the rules themselves, for docs/ticket-states.md."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from visits.models import Ticket
from visits.services.tickets.acts import STATES, Act

Status = Ticket.Status
# What an act makes of a ticket; the others leave the state as it is. A test tries
# every act in every state and compares.
LEADS_TO: dict[Act, str] = {
    Act.ADMIT: Status.QUEUED,
    Act.REFUSE: Status.REFUSED,
    Act.DISPATCH: Status.DISPATCHED,
    Act.ACCEPT: Status.ACCEPTED,
    Act.RETURN: Status.RETURNED,
    Act.RULE: Status.DISPATCHED,
    Act.REASSIGN: Status.DISPATCHED,
    Act.START: Status.WORKING,
    Act.PAUSE: Status.PAUSED,
    Act.RESUME: Status.WORKING,
    Act.SUPPLY: Status.WORKING,
    Act.PARK: Status.PARKED,
    Act.UNPARK: Status.WORKING,
    Act.ANSWER: Status.CONFIRMING,
    Act.CONFIRM: Status.CLOSED,
    Act.REJECT: Status.WORKING,
    Act.REOPEN: Status.WORKING,
    Act.MERGE: Status.MERGED,
    Act.UNMERGE: Status.DISPATCHED,
}


def page() -> str:
    """The whole page: a state diagram in Mermaid, and the acts per state."""
    head = _(
        "The states of a ticket. Made by `manage.py ticket_states` from the rules; a "
        "test fails when it is old."
    )
    return "\n".join([f"# {head}", "", *picture(), "", *table()]) + "\n"


def picture() -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    {state.value}: "{state.label}"' for state in Status]
    lines += ["    [*] --> submitted", "    [*] --> queued"]
    for (before, after), labels in arrows().items():
        lines.append(f"    {before} --> {after}: {' · '.join(labels)}")
    lines += [f"    {state} --> [*]" for state in ("closed", "refused")]
    return [*lines, "```"]


def arrows() -> dict[tuple[str, str], list[str]]:
    """Each change of state with the acts that make it."""
    found: dict[tuple[str, str], list[str]] = {}
    for act, after in LEADS_TO.items():
        for before in Status:
            if before in STATES[act] and after in Ticket.NEXT.get(before, ()):
                found.setdefault((before.value, str(after)), []).append(str(act.label))
    return found


def table() -> list[str]:
    """What can be done in each state, by whoever may."""
    between = pgettext("between names", ", ")
    lines = [f"| {_('State')} | {_('What can be done')} |", "|---|---|"]
    for state in Status:
        acts = [str(act.label) for act in Act if state in STATES[act]]
        lines.append(f"| {state.label} | {between.join(acts) or '–'} |")
    return lines
