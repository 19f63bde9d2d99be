"""What an agency agreement says; page and paper read the same clauses."""

from django.utils.translation import gettext as _


def clauses() -> list[str]:
    """The same for everybody; what is agreed besides stands in the terms."""
    return [
        _(
            "The company asks the acting office to handle the approvals of the stages "
            "named above; the office names one agent who sees them through."
        ),
        _(
            "The company hands in complete and true materials in time, as it was told "
            "once and for all, and stamps and signs what only it can."
        ),
        _(
            "The office hands in, follows up and reports each step, which the company "
            "reads here at any time. It takes no fee, and no deadline of a department "
            "changes by this agreement."
        ),
        _(
            "Either side may end the agreement with a reason; both sign the end. What "
            "was approved by then stays as it is."
        ),
    ]
