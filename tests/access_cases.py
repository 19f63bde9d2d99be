"""Cases of a kind in the access table: their rows, and one of each record."""

from tests.access_world import INTERNAL, MARK
from tests.factories import NOON, CompanyFactory
from visits.models import CaseProposal, Ticket
from visits.services import cases, tickets
from visits.services.cases.improving import Plan

ALL = "olga bela oleg tom hana uma dora dirk maria axel otto omar sven selma alma"
# Whoever oversees the region, and the departments of its tickets and of the task.
READERS = "hana uma dora maria axel"
KEEPERS = "dora maria"
EFFECTERS = "hana uma dora maria"
WATCHERS = "dora maria axel"
# They keep no cases of a region and open none.
OTHERS = "olga bela oleg tom hana uma axel otto omar sven selma alma"
NO = None

# As test_access.ROWS: kind of record, in whose scope, who may GET, who may POST.
ROWS = {
    "visits:cases": (None, ALL, ALL, NO),
    # Without a ticket or a proposal to begin with there is nothing to open.
    "visits:case-new": (None, OTHERS, "", ""),
    "visits:case-proposal-dismiss": ("case-proposal", WATCHERS, KEEPERS, KEEPERS),
    "visits:case": ("case", READERS, READERS, NO),
    "visits:case-tickets": ("case", READERS, READERS, NO),
    "visits:case-edit": ("case", READERS, KEEPERS, KEEPERS),
    "visits:case-plan": ("case", READERS, KEEPERS, KEEPERS),
    "visits:case-effect": ("case", READERS, EFFECTERS, EFFECTERS),
    "visits:case-measure": ("case", READERS, NO, KEEPERS),
    "visits:case-conclude": ("case", READERS, KEEPERS, KEEPERS),
    "visits:case-give-up": ("case", READERS, KEEPERS, KEEPERS),
    "visits:case-reopen": ("case", READERS, KEEPERS, KEEPERS),
    "visits:case-drop": ("case", READERS, KEEPERS, KEEPERS),
    "visits:case-add": ("case", READERS, NO, KEEPERS),
    "visits:case-remove": ("case-ticket", READERS, NO, KEEPERS),
}


def make_case(records, unit, dispatcher):
    """Of two tickets, with an improvement that the unit has to make; a proposal."""
    ticket = Ticket.objects.get(pk=records.ids["ticket"]["pk"])
    # Lists show these words: of the foreign county they are its own.
    is_own = ticket.company.name.startswith(MARK)
    words = MARK + INTERNAL if is_own else ticket.company.name
    other = CompanyFactory(name=f"{ticket.company.name}二厂", region=unit.region)
    second = tickets.raise_ticket(
        actor=dispatcher, company=other, text=ticket.text, now=NOON
    )
    case = cases.open_case(
        actor=dispatcher, title=words, root_cause=words,
        tickets=[ticket, second], now=NOON,
    )  # fmt: skip
    plan = Plan(kind="rule", text=words, department=unit, days=5)
    cases.plan_improvement(case, actor=dispatcher, plan=plan, now=NOON)
    proposal = CaseProposal.objects.create(
        region=case.region, region_path=case.region_path, title=words,
        tickets=[ticket.pk, second.pk], ticket_count=2, company_count=2,
        first_on=NOON, last_on=NOON, computed_at=NOON,
    )  # fmt: skip
    records.ids |= {
        "case": {"pk": case.pk},
        "case-ticket": {"pk": case.pk, "ticket_pk": ticket.pk},
        "case-proposal": {"pk": proposal.pk},
    }
