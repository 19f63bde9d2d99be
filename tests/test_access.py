"""Who gets through which address: every one of them, for everybody.

A row says for the own records: whose scope they are in (all others get 404), who gets
an answer to GET and to POST (those who only see get 403; `NO`: the method is not
there). The foreign county's records and absent ones are tried by the same row: 404 for
everybody of this county, and their mark in no byte of any answer.
"""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests import access_cases, access_orders
from tests.access_world import (
    COMPLAINANT,
    COMPLAINT,
    INTERNAL,
    MARK,
    absent,
    every_url,
    make_world,
)

ALL = "olga bela oleg tom hana uma dora dirk maria axel otto omar sven selma alma"
READERS = "olga bela hana uma dora maria axel otto"
INSIDERS = "olga bela hana uma dora maria axel"
SYSTEM = "sven"
TEMPLATE_READERS = "olga bela oleg tom hana uma dora dirk maria axel sven"
DISPATCHER = "dora"
UNIT = "hana uma"
AUTHOR_OR_DORA = "olga dora"
SECURITY = "selma"
AUDIT = "alma"
EDITORS = "olga bela dora"
CONTACT_EDITORS = "olga bela dora otto"
OFFICERS = "olga bela"
COMPANY_VOICE = "olga bela otto"
LOGGERS = "olga bela oleg tom hana uma"
DISPATCHERS = "dora dirk"
ABSENCE_PEOPLE = "olga bela oleg tom hana uma dora dirk"
OFFICIALS = "olga bela oleg tom hana uma dora dirk maria axel sven selma alma"
FILE_READERS = "olga bela dora maria axel"
RAISERS = "olga bela oleg dora dirk otto omar"
REMARKERS = "olga bela hana uma dora maria otto"
CALLERS = "olga bela hana uma dora otto"
OFFERED_TO = "olga bela tom hana uma"
LEADER = "maria"
# Who reads what leaders say and decide: never a company or its officers.
LED = "hana uma dora maria axel"
OFFICER = "olga"
# Of the project: its own officer, and who else may do the same there.
SITE = "olga dora"
SESSION_HOLDERS = "olga dora maria"
SPEAKERS = "olga hana uma dora maria"
LISTERS = "olga dora maria"
PREPARERS = "olga hana uma"
HANDLERS = "tom hana uma"
RATERS = "olga bela oleg tom hana uma dora dirk maria axel otto omar"
# Of the own county's ratings: who hands out a link, hands on, asks back.
LINK_GIVERS = "olga bela hana uma dora"
HANDERS = "uma dora"
BACK_CALLERS = "olga bela dora axel"
SUPERVISOR = "axel"
HEAD = "uma"
NOTE_READERS = "hana uma dora"
COUNTED_FOR = "tom hana uma dora dirk maria axel"
OWNER = "otto"
OWNERS = "otto omar"
SUPERVISOR = "axel"
COMPLAINT_READERS = "axel otto"
LINKERS = "olga dora otto"
BOARDS = "olga bela oleg tom hana uma dora dirk maria axel"
VOICES = "olga bela dora otto"
CLIMBERS = "olga bela uma dora maria"
# Of a contradiction: who reads it on the ticket.
JUDGES = "dora maria axel"
# Who hands the company a link: its officers, and the lead that answered.
TELLERS = "olga bela hana uma"
FIGURE_READERS = "uma dora dirk maria axel"
NO = None
NOBODY = ""

# Addresses that answer without a login; each row comes from its token's own object.
PUBLIC = {
    "reports:verify", "crm:login", "crm:setup", "crm:invitation",
    "crm:accept_invitation", "crm:new_password", "crm:appearance", "crm:language",
    "crm:demo_enter", "crm:styleguide", "crm:styleguide_page",
    "crm:ask-login-code", "crm:login-code", "projects:public",
    "visits:complain", "visits:complain-about", "visits:complaint-look",
    "visits:rate-by-link", "visits:look-by-link",
    "visits:confirm-by-link",
}  # fmt: skip
# Their scope is the whole site, or one's own: no record of a county hangs from them.
FREE = {"year", "name", "token", "code", "department", "region", "person", "grant"}
FREE |= {"category", "lamp-rule", "escalation-rule"}
FREE |= {"template", "template-export", "template-sample", "template-item"}
FREE |= {"draft", "draft-item", "upload", "robot", "delivery"}
# People of the other county, who see what is foreign here.
ELSEWHERE = "oleg dirk omar"
REFUSED = {401, 403, 404, 405}

# name: kind of record, in whose scope, who may GET, who may POST
ROWS = {
    "reports:home": (None, ALL, ALL, NO),
    "reports:overview": (None, ALL, LEADER, NO),
    "reports:report": ("visit", INSIDERS, INSIDERS, NO),
    "reports:make-report": ("visit", INSIDERS, NO, "olga bela hana uma dora maria"),
    "reports:paper": ("document", INSIDERS, INSIDERS, "olga bela hana uma dora maria"),
    "reports:make-timeline": ("timeline-paper", READERS, NO, READERS),
    "reports:make-dispatch-sheet": (
        "ticket",
        INSIDERS,
        NO,
        "olga bela hana uma dora maria",
    ),
    "reports:ledger": (None, ALL, BOARDS, NO),
    "reports:ledger-export": (None, ALL, BOARDS, NO),
    "reports:outcomes": (None, ALL, FIGURE_READERS, NO),
    "reports:outcomes-export": (None, ALL, FIGURE_READERS, NO),
    "reports:outcome-tickets": (None, ALL, FIGURE_READERS, NO),
    "reports:document": ("document", INSIDERS, INSIDERS, NO),
    "reports:verify": ("document", ALL, ALL, ALL),
    "crm:absences": (None, ALL, ABSENCE_PEOPLE, NO),
    "crm:absence-new": (None, ALL, ABSENCE_PEOPLE, ABSENCE_PEOPLE),
    "crm:absence": ("absence", AUTHOR_OR_DORA, AUTHOR_OR_DORA, AUTHOR_OR_DORA),
    "crm:stand-ins": (None, ALL, HEAD, NO),
    "crm:stand-in": ("stand-in", HEAD, HEAD, HEAD),
    "crm:stand-in-end": ("pair", HEAD, NO, HEAD),
    "crm:work-note-hand": ("work-note", NOTE_READERS, NO, "hana"),
    "crm:work-note-take": ("work-note", NOTE_READERS, NO, "uma"),
    "crm:work-note-report": ("work-note", NOTE_READERS, NO, "uma"),
    "crm:absence-cancel": ("absence", AUTHOR_OR_DORA, NO, AUTHOR_OR_DORA),
    "crm:appearance": (None, ALL, NO, ALL),
    "crm:language": (None, ALL, NO, ALL),
    "crm:audit": (None, ALL, AUDIT, NO),
    "crm:audit_check": (None, ALL, NO, AUDIT),
    "crm:calendar": (None, ALL, OFFICIALS, NO),
    "crm:calendar_why": (None, ALL, OFFICIALS, NO),
    "crm:calendar_import": (None, ALL, SYSTEM, SYSTEM),
    "crm:calendar_year": ("year", ALL, OFFICIALS, NO),
    "crm:companies": (None, ALL, ALL, NO),
    "crm:company-filters": (None, ALL, ALL, NO),
    "crm:company-new": (None, ALL, DISPATCHERS, DISPATCHERS),
    "crm:company": ("company", READERS, READERS, NO),
    "crm:company-edit": ("company", READERS, EDITORS, EDITORS),
    "crm:company-tags": ("company", READERS, EDITORS, EDITORS),
    "crm:company-leader": ("company", READERS, DISPATCHER, DISPATCHER),
    "crm:company-archive": ("company", READERS, DISPATCHER, DISPATCHER),
    "crm:company-restore": ("company", READERS, NO, ""),
    "crm:company-comment": ("company", READERS, READERS, REMARKERS),
    "crm:contact-new": ("company", READERS, CONTACT_EDITORS, CONTACT_EDITORS),
    "crm:company-file": ("company-file", INSIDERS, INSIDERS, NO),
    "crm:contact-edit": ("contact", READERS, CONTACT_EDITORS, CONTACT_EDITORS),
    "crm:contact-archive": ("contact", READERS, NO, CONTACT_EDITORS),
    "crm:contact-reveal": ("contact", READERS, NO, CALLERS),
    "crm:departments": (None, ALL, SYSTEM, NO),
    "crm:department_new": (None, ALL, SYSTEM, SYSTEM),
    "crm:department": ("department", ALL, SYSTEM, SYSTEM),
    "crm:department_close": ("department", ALL, NO, SYSTEM),
    "crm:department_reopen": ("department", ALL, NO, SYSTEM),
    "crm:grants": (None, ALL, SECURITY, NO),
    "crm:grants_of": ("person", "tom sven selma alma", SECURITY, ""),
    "crm:grants_end_sessions": ("person", "tom sven selma alma", NO, SECURITY),
    "crm:unlock": ("person", "tom sven selma alma", NO, SECURITY),
    "crm:grant_end": ("grant", ALL, NO, SECURITY),
    "crm:locks": (None, ALL, SECURITY, NO),
    "crm:invite": ("company", READERS, EDITORS, EDITORS),
    "crm:invitation_revoke": ("invitation", "hana uma maria axel otto", NO, ""),
    "crm:officers": ("company", READERS, INSIDERS, DISPATCHER),
    "crm:officers-swap": ("company", READERS, NO, DISPATCHER),
    "crm:officers-end": ("company-role", READERS, NO, DISPATCHER),
    "crm:workload": (None, ALL, DISPATCHERS, NO),
    "crm:me": (None, ALL, ALL, NO),
    "crm:notices": (None, ALL, ALL, NO),
    "crm:notices-read": (None, ALL, NO, ALL),
    "crm:notice-open": ("notice", OFFICER, NO, OFFICER),
    "crm:notice-read": ("notice", OFFICER, NO, OFFICER),
    "crm:notice-choices": (None, ALL, ALL, ALL),
    "crm:deliveries": (None, ALL, SYSTEM, NO),
    "crm:delivery-retry": ("delivery", ALL, NO, SYSTEM),
    "crm:robots": (None, ALL, SYSTEM, NO),
    "crm:robot-new": (None, ALL, SYSTEM, SYSTEM),
    "crm:robot": ("robot", ALL, SYSTEM, SYSTEM),
    "crm:robot-close": ("robot", ALL, NO, SYSTEM),
    "crm:robot-reopen": ("robot", ALL, NO, SYSTEM),
    "crm:robot-try": ("robot", ALL, NO, SYSTEM),
    "crm:end_session": (None, ALL, NO, ALL),
    "crm:end_all_sessions": (None, ALL, NO, ALL),
    "crm:people": (None, ALL, SYSTEM, NO),
    "crm:person_new": (None, ALL, SYSTEM, SYSTEM),
    "crm:person": ("person", "tom sven selma alma", SYSTEM, SYSTEM),
    "crm:person_close": ("person", "tom sven selma alma", NO, SYSTEM),
    "crm:person_reopen": ("person", "tom sven selma alma", NO, SYSTEM),
    "crm:person_reset": ("person", "tom sven selma alma", NO, SYSTEM),
    "crm:setup": ("token", ALL, ALL, ALL),
    "crm:invitation": ("token", ALL, ALL, ALL),
    "crm:accept_invitation": ("token", ALL, NO, ALL),
    "crm:new_password": ("token", ALL, ALL, ALL),
    "crm:regions": (None, ALL, SYSTEM, NO),
    "crm:region_new": (None, ALL, SYSTEM, SYSTEM),
    "crm:region": ("region", ALL, SYSTEM, SYSTEM),
    "crm:region_close": ("region", ALL, NO, SYSTEM),
    "crm:region_reopen": ("region", ALL, NO, SYSTEM),
    "crm:login": (None, ALL, ALL, ALL),
    "crm:ask-login-code": (None, ALL, ALL, ALL),
    "crm:login-code": ("code", ALL, ALL, ALL),
    "crm:logout": (None, ALL, NO, ALL),
    "crm:demo_enter": (None, NOBODY, NO, NOBODY),
    "crm:password": (None, ALL, ALL, ALL),
    "crm:styleguide": (None, NOBODY, NOBODY, NOBODY),
    "crm:styleguide_page": ("name", NOBODY, NOBODY, NOBODY),
    "projects:index": (None, ALL, ALL, NO),
    "projects:project-new": (None, ALL, DISPATCHERS, DISPATCHERS),
    "projects:timeline": ("project", READERS, READERS, NO),
    "projects:project": ("project", READERS, READERS, NO),
    "projects:project-edit": ("project", READERS, DISPATCHER, DISPATCHER),
    "projects:project-archive": ("project", READERS, DISPATCHER, DISPATCHER),
    "projects:project-restore": ("project", READERS, NO, ""),
    "projects:project-comment": (
        "project",
        READERS,
        INSIDERS,
        "olga bela hana uma dora maria",
    ),
    "projects:project-file": ("project-file", READERS, INSIDERS, NO),
    "projects:project-photo": ("project-photo", READERS, READERS, NO),
    "projects:project-officers": ("project", READERS, DISPATCHER, DISPATCHER),
    "projects:project-steps": ("project", READERS, DISPATCHER, DISPATCHER),
    "projects:project-reach": ("project", READERS, DISPATCHER, DISPATCHER),
    "projects:project-step-back": ("project", READERS, DISPATCHER, DISPATCHER),
    "projects:project-start": ("project", READERS, DISPATCHER, DISPATCHER),
    "projects:statuses-import": (None, ALL, DISPATCHERS, DISPATCHERS),
    "projects:statuses-preview": ("statuses", DISPATCHER, DISPATCHER, DISPATCHER),
    "projects:project-status-take": ("official-status", READERS, NO, DISPATCHER),
    "projects:project-template": ("project", READERS, DISPATCHER, DISPATCHER),
    "projects:project-item-new": ("project", READERS, DISPATCHER, DISPATCHER),
    "projects:project-listing": ("project", READERS, LISTERS, LISTERS),
    "projects:project-listing-decide": ("project", READERS, LEADER, LEADER),
    "projects:project-green": ("project", READERS, LEADER, LEADER),
    "projects:project-green-close": ("project", READERS, LEADER, LEADER),
    "projects:project-progress": ("project", READERS, SITE, SITE),
    "projects:blocker-new": ("project", READERS, SITE, SITE),
    "projects:blocker-edit": ("blocker", INSIDERS, SITE, SITE),
    "projects:blocker-clear": ("blocker", INSIDERS, SITE, SITE),
    "projects:milestone": ("milestone", READERS, INSIDERS, NO),
    "projects:milestone-needs": ("milestone", READERS, DISPATCHER, DISPATCHER),
    "projects:milestone-remove": ("milestone", READERS, DISPATCHER, DISPATCHER),
    "projects:milestone-at-once": ("milestone", READERS, NO, UNIT),
    "projects:milestone-material": ("material", READERS, NO, PREPARERS),
    "projects:milestone-act": ("milestone-act", READERS, PREPARERS, PREPARERS),
    "projects:milestone-quick": ("milestone-act", READERS, NO, PREPARERS),
    "projects:templates": (None, ALL, TEMPLATE_READERS, NO),
    "projects:template-new": (None, ALL, SYSTEM, SYSTEM),
    "projects:template-import": (None, ALL, SYSTEM, SYSTEM),
    "projects:template-import-preview": ("upload", ALL, SYSTEM, SYSTEM),
    "projects:template": ("template", ALL, TEMPLATE_READERS, NO),
    "projects:template-compare": ("template", ALL, TEMPLATE_READERS, NO),
    "projects:template-export": ("template-export", ALL, TEMPLATE_READERS, NO),
    "projects:template-sample": ("template-sample", ALL, TEMPLATE_READERS, NO),
    "projects:template-copy": ("template", ALL, NO, SYSTEM),
    "projects:template-name": ("draft", ALL, SYSTEM, SYSTEM),
    "projects:template-publish": ("draft", ALL, NO, SYSTEM),
    "projects:template-discard": ("draft", ALL, NO, SYSTEM),
    "projects:template-drawing": ("draft", ALL, NO, SYSTEM),
    "projects:template-item-new": ("draft", ALL, SYSTEM, SYSTEM),
    "projects:template-item": ("template-item", ALL, TEMPLATE_READERS, SYSTEM),
    "projects:template-item-drawing": ("draft-item", ALL, NO, SYSTEM),
    "projects:template-item-remove": ("draft-item", ALL, NO, SYSTEM),
    "projects:lamp-rules": (None, ALL, SYSTEM, NO),
    "projects:lamp-rule": ("lamp-rule", ALL, SYSTEM, SYSTEM),
    "projects:mine": (None, ALL, OWNERS, NO),
    "projects:progress": ("project", READERS, READERS, NO),
    "projects:ask": ("project", READERS, READERS, REMARKERS),
    "projects:sample": ("sample", READERS, READERS, NO),
    "projects:tell-ready": ("milestone", READERS, NO, OWNER),
    "projects:links": ("project", READERS, LINKERS, LINKERS),
    "projects:link-revoke": ("project-link", READERS, NO, LINKERS),
    "projects:public": ("token", ALL, ALL, NO),
    "projects:agency": ("project", READERS, READERS, LINKERS),
    "projects:agency-act": ("agency", READERS, SITE, SITE),
    "projects:sessions": (None, ALL, ALL, NO),
    "projects:session-new": ("project", READERS, SESSION_HOLDERS, SESSION_HOLDERS),
    "projects:session": ("session", READERS, READERS, NO),
    "projects:session-edit": ("session", READERS, SESSION_HOLDERS, SESSION_HOLDERS),
    "projects:session-cancel": ("session", READERS, SESSION_HOLDERS, SESSION_HOLDERS),
    "projects:session-close": ("session", READERS, SESSION_HOLDERS, SESSION_HOLDERS),
    "projects:session-line-new": ("session", READERS, SESSION_HOLDERS, SESSION_HOLDERS),
    "projects:session-line-edit": (
        "session-line",
        READERS,
        SESSION_HOLDERS,
        SESSION_HOLDERS,
    ),
    "projects:session-line-remove": ("session-line", READERS, NO, SESSION_HOLDERS),
    "projects:session-line-record": ("session-line", READERS, SPEAKERS, SPEAKERS),
    "projects:session-line-answer": ("session-line", READERS, UNIT, UNIT),
    "projects:board": (None, ALL, BOARDS, NO),
    "projects:dwell": (None, ALL, BOARDS, NO),
    "projects:dwell-approvals": (None, ALL, BOARDS, NO),
    "projects:desk": (None, ALL, HANDLERS, NO),
    "projects:desk-bulk": (None, ALL, NO, HANDLERS),
    "visits:index": (None, ALL, ALL, NO),
    "visits:burden": (None, NOBODY, NOBODY, NO),
    "visits:detail": ("visit", READERS, READERS, NO),
    "visits:photo": ("photo", INSIDERS, INSIDERS, NO),
    "visits:signature": ("visit", INSIDERS, INSIDERS, NO),
    "visits:version": ("version", INSIDERS, INSIDERS, NO),
    "visits:plan": (None, ALL, LOGGERS, LOGGERS),
    "visits:change-plan": ("plan", FILE_READERS, OFFICERS, OFFICERS),
    "visits:cancel": ("plan", FILE_READERS, OFFICERS, OFFICERS),
    "visits:log": (None, ALL, LOGGERS, LOGGERS),
    "visits:log-planned": ("plan", FILE_READERS, OFFICERS, NO),
    "visits:amend": ("visit", READERS, "olga", "olga"),
    "visits:conflict": ("conflict", INSIDERS, AUTHOR_OR_DORA, AUTHOR_OR_DORA),
    "visits:ask-visit": (None, ALL, OWNERS, OWNERS),
    "visits:request-withdraw": ("visit-request", VOICES, NO, OWNER),
    "visits:request-decline": ("visit-request", VOICES, EDITORS, EDITORS),
    "visits:tickets": (None, ALL, ALL, NO),
    "visits:desk": (None, ALL, DISPATCHERS, NO),
    "visits:desk-bulk": (None, ALL, NO, DISPATCHERS),
    "visits:desk-dispatched": (None, ALL, "dora dirk maria axel", NO),
    "visits:desk-detail": ("ticket", READERS, DISPATCHER, NO),
    "visits:desk-lead": ("ticket", READERS, DISPATCHER, NO),
    "visits:desk-suggest": ("ticket", READERS, NO, DISPATCHER),
    "visits:batch": ("batch", DISPATCHER, DISPATCHER, NO),
    "visits:raise": (None, ALL, RAISERS, RAISERS),
    "visits:draft-discard": ("ticket-draft", "otto", NO, "otto"),
    "visits:ticket": ("ticket", READERS, READERS, NO),
    "visits:ticket-comment": ("ticket", READERS, READERS, CALLERS),
    "visits:ticket-why": ("ticket-kind", READERS, READERS, NO),
    "visits:ticket-part-why": ("ticket-part", "", "", NO),
    "visits:ticket-admit": ("ticket", READERS, NO, DISPATCHER),
    "visits:ticket-refuse": ("ticket", READERS, DISPATCHER, DISPATCHER),
    "visits:ticket-dispatch": ("ticket", READERS, DISPATCHER, DISPATCHER),
    "visits:ticket-accept": ("ticket", READERS, NO, UNIT),
    "visits:ticket-hand": ("ticket", READERS, UNIT, UNIT),
    "visits:ticket-contact": ("ticket", READERS, UNIT, UNIT),
    "visits:ticket-start": ("ticket", READERS, NO, UNIT),
    "visits:ticket-answer": ("ticket", READERS, UNIT, UNIT),
    "visits:ticket-answer-part": ("ticket", READERS, "", ""),
    "visits:ticket-confirm": ("ticket", READERS, COMPANY_VOICE, COMPANY_VOICE),
    "visits:ticket-reject": ("ticket", READERS, COMPANY_VOICE, COMPANY_VOICE),
    "visits:ticket-return": ("ticket", READERS, UNIT, UNIT),
    "visits:ticket-rule": ("ticket", READERS, DISPATCHER, DISPATCHER),
    "visits:ticket-reassign": ("ticket", READERS, "dora maria", "dora maria"),
    "visits:ticket-assist": ("ticket", READERS, "dora hana uma", "dora hana uma"),
    "visits:ticket-pause": ("ticket", READERS, UNIT, UNIT),
    "visits:ticket-decide-pause": ("ticket", READERS, "uma maria", "uma maria"),
    "visits:ticket-resume": ("ticket", READERS, NO, UNIT),
    "visits:ticket-supply": ("ticket", READERS, COMPANY_VOICE, COMPANY_VOICE),
    "visits:ticket-extend": ("ticket", READERS, UNIT, UNIT),
    "visits:ticket-decide-extension": ("ticket", READERS, "uma maria", "uma maria"),
    "visits:ticket-park": ("ticket", READERS, "uma maria", "uma maria"),
    "visits:ticket-next-reply": ("ticket", READERS, UNIT, UNIT),
    "visits:ticket-unpark": ("ticket", READERS, NO, UNIT),
    "visits:ticket-reopen": ("ticket", READERS, COMPANY_VOICE, COMPANY_VOICE),
    "visits:ticket-merge": ("ticket", READERS, DISPATCHER, DISPATCHER),
    "visits:ticket-unmerge": ("ticket", READERS, DISPATCHER, DISPATCHER),
    "visits:ticket-split": ("ticket", READERS, DISPATCHER, DISPATCHER),
    "visits:ticket-confirm-link": ("ticket", READERS, TELLERS, TELLERS),
    "visits:ticket-confirm-link-revoke": ("confirm-link", READERS, NO, TELLERS),
    "visits:confirm-by-link": ("token", ALL, ALL, ALL),
    "visits:callbacks": (None, ALL, BOARDS, NO),
    "visits:callback": ("callback", INSIDERS, INSIDERS, OFFICERS),
    "visits:samples": (None, ALL, SUPERVISOR, NO),
    "visits:sample-draw": (None, ALL, SUPERVISOR, SUPERVISOR),
    "visits:sample": ("drawn-sample", SUPERVISOR, SUPERVISOR, NO),
    "visits:sampled-call": ("sampled-call", SUPERVISOR, SUPERVISOR, SUPERVISOR),
    "visits:sampled-call-number": ("sampled-call-number", SUPERVISOR, NO, SUPERVISOR),
    "visits:contradiction-decide": ("contradiction", JUDGES, DISPATCHER, DISPATCHER),
    "visits:ticket-file": ("ticket-file", INSIDERS, INSIDERS, NO),
    "visits:decisions": (None, ALL, LEADER, NO),
    "visits:decision-take": (None, ALL, NO, LEADER),
    "visits:decision-undo": ("decision", LEADER, NO, LEADER),
    "visits:decide": ("card", LEADER, LEADER, LEADER),
    "visits:directives": (None, ALL, ALL, NO),
    "visits:directive-new": (None, ALL, LEADER, LEADER),
    "visits:directive": ("directive", LED, LED, NO),
    "visits:directive-answer": ("directive", LED, UNIT, UNIT),
    "visits:directive-accept": ("directive-answered", LED, NO, LEADER),
    "visits:directive-again": ("directive-answered", LED, LEADER, LEADER),
    "visits:directive-withdraw": ("directive", LED, LEADER, LEADER),
    "visits:directive-file": ("directive-file", LED, LED, NO),
    "visits:ticket-adopt": ("ticket", READERS, NO, LEADER),
    "visits:project-adopt": ("project", READERS, NO, LEADER),
    "visits:adoption-hand-back": ("adoption", READERS, LEADER, LEADER),
    "visits:meetings": (None, ALL, ALL, NO),
    "visits:meeting-new": (None, ALL, LEADER, LEADER),
    "visits:meeting": ("meeting", LED, LED, NO),
    "visits:meeting-edit": ("meeting", LED, LEADER, LEADER),
    "visits:meeting-cancel": ("meeting", LED, LEADER, LEADER),
    "visits:meeting-close": ("meeting", LED, LEADER, LEADER),
    "visits:meeting-correct": ("meeting", LED, LEADER, LEADER),
    "visits:meeting-next": ("meeting", LED, LEADER, LEADER),
    "visits:meeting-fill": ("meeting", LED, NO, LEADER),
    "visits:meeting-item-new": ("meeting", LED, LEADER, LEADER),
    "visits:meeting-item-put": ("meeting", LED, NO, LEADER),
    "visits:meeting-item-note": ("agenda-item", LED, LEADER, LEADER),
    "visits:meeting-item-remove": ("agenda-item", LED, NO, LEADER),
    "visits:meeting-task-new": ("meeting", LED, LEADER, LEADER),
    "visits:meeting-task-edit": ("meeting-task", LED, LEADER, LEADER),
    "visits:meeting-task-remove": ("meeting-task", LED, NO, LEADER),
    "visits:meeting-task-answer": ("meeting-task", LED, UNIT, UNIT),
    "visits:meeting-task-verify": ("meeting-task", LED, NO, LEADER),
    "visits:meeting-task-return": ("meeting-task", LED, LEADER, LEADER),
    "visits:meeting-series-new": (None, ALL, LEADER, LEADER),
    "visits:meeting-series": ("meeting-series", LED, LED, NO),
    "visits:meeting-series-edit": ("meeting-series", LED, LEADER, LEADER),
    "visits:meeting-series-end": ("meeting-series", LED, LEADER, LEADER),
    "visits:complain": (None, ALL, ALL, ALL),
    "visits:complain-about": ("token", ALL, ALL, ALL),
    "visits:complaint-look": (None, ALL, ALL, ALL),
    "visits:complaint-card": (None, ALL, OFFICIALS, NO),
    "visits:own-complaints": (None, ALL, OWNERS, NO),
    "visits:complaint-new": (None, ALL, OWNERS, OWNERS),
    "visits:own-complaint": ("complaint", OWNER, OWNER, NO),
    "visits:own-complaint-reply": ("complaint", OWNER, NO, OWNER),
    "visits:own-complaint-accept": ("complaint", OWNER, NO, OWNER),
    "visits:own-complaint-unsatisfied": ("complaint", OWNER, OWNER, OWNER),
    "visits:own-complaint-share": ("complaint", OWNER, NO, OWNER),
    "visits:own-complaint-forget": ("complaint", OWNER, NO, OWNER),
    "visits:complaints": (None, ALL, SUPERVISOR, NO),
    "visits:complaint": ("complaint", SUPERVISOR, SUPERVISOR, NO),
    "visits:complaint-acknowledge": ("complaint", SUPERVISOR, NO, SUPERVISOR),
    "visits:complaint-take": ("complaint", SUPERVISOR, NO, SUPERVISOR),
    "visits:complaint-note": ("complaint", SUPERVISOR, SUPERVISOR, SUPERVISOR),
    "visits:complaint-question": ("complaint", SUPERVISOR, SUPERVISOR, SUPERVISOR),
    "visits:complaint-statement": ("complaint", SUPERVISOR, SUPERVISOR, SUPERVISOR),
    "visits:complaint-answer": ("complaint", SUPERVISOR, SUPERVISOR, SUPERVISOR),
    "visits:complaint-accused": ("complaint", SUPERVISOR, SUPERVISOR, SUPERVISOR),
    "visits:complaint-reveal": ("complaint", SUPERVISOR, SUPERVISOR, SUPERVISOR),
    "visits:complaint-file": ("complaint-file", "axel otto", "axel otto", NO),
    "visits:statement": ("statement", "uma", "uma", "uma"),
    "visits:escalations": (None, ALL, ALL, NO),
    "visits:escalation": ("escalation", INSIDERS, INSIDERS, NO),
    "visits:escalation-settle": ("escalation", INSIDERS, INSIDERS, "uma maria"),
    "visits:escalate": ("escalate", READERS, CLIMBERS, CLIMBERS),
    "visits:escalation-rules": (None, ALL, TEMPLATE_READERS, NO),
    "visits:escalation-rule-new": (None, ALL, SYSTEM, SYSTEM),
    "visits:escalation-rule": ("escalation-rule", ALL, SYSTEM, SYSTEM),
    "visits:categories": (None, ALL, SYSTEM, NO),
    "visits:categories-link": (None, ALL, NO, SYSTEM),
    "visits:category": ("category", ALL, SYSTEM, SYSTEM),
    "visits:ratings": (None, ALL, RATERS, NO),
    "visits:rating": ("rating", READERS, READERS, NO),
    "visits:rating-why": ("rating", READERS, READERS, NO),
    "visits:rating-file": ("rating-file", READERS, READERS, NO),
    "visits:rate-ticket": ("unrated-ticket", READERS, OWNER, OWNER),
    "visits:rate-visit": ("visit", READERS, OWNER, OWNER),
    "visits:rate-agency": ("agency-alone", READERS, OWNER, OWNER),
    "visits:rating-link-ticket": ("unrated-ticket", READERS, NO, LINK_GIVERS),
    "visits:rating-link-visit": ("visit", READERS, NO, EDITORS),
    "visits:rating-link-agency": ("agency-alone", READERS, NO, AUTHOR_OR_DORA),
    "visits:rating-correct": ("rating", READERS, UNIT, UNIT),
    "visits:rating-hand": ("rating", READERS, HANDERS, HANDERS),
    "visits:rating-call": ("rating", READERS, BACK_CALLERS, BACK_CALLERS),
    "visits:rating-look": ("rating", READERS, OWNER, OWNER),
    "visits:rating-look-link": ("rating", READERS, NO, BACK_CALLERS),
    "visits:rating-object": ("rating", READERS, UNIT, UNIT),
    "visits:rating-disown": ("rating", READERS, OWNER, OWNER),
    "visits:rating-rule": ("rating", READERS, SUPERVISOR, SUPERVISOR),
    "visits:rate-by-link": ("token", ALL, ALL, ALL),
    "visits:look-by-link": ("token", ALL, ALL, ALL),
    "visits:rating-rules": (None, ALL, SYSTEM, SYSTEM),
    "reports:rating-figures": (None, ALL, COUNTED_FOR, NO),
    "api-project-statuses": (None, ALL, NO, DISPATCHERS),
    "api-companies": (None, ALL, ALL, NO),
    "api-company": ("company", READERS, READERS, NO),
    "api-visits": (None, ALL, ALL, ALL),
    "api-visit": ("visit", READERS, READERS, NO),
    "api-visits-session": (None, ALL, ALL, NO),
    "api-visits-companies": (None, ALL, ALL, NO),
    "api-visits-company": ("company", OFFERED_TO, OFFERED_TO, NO),
    "api-tickets": (None, ALL, ALL, ALL),
    "api-ticket": ("ticket", READERS, READERS, NO),
    "api-ticket-admit": ("ticket", READERS, NO, DISPATCHER),
    "api-ticket-refuse": ("ticket", READERS, NO, READERS),
    "api-ticket-dispatch": ("ticket", READERS, NO, READERS),
    "api-ticket-accept": ("ticket", READERS, NO, UNIT),
    "api-ticket-contact": ("ticket", READERS, NO, READERS),
    "api-ticket-start": ("ticket", READERS, NO, UNIT),
    "api-ticket-answer": ("ticket", READERS, NO, READERS),
    "api-ticket-answer-part": ("ticket", READERS, NO, READERS),
    "api-ticket-confirm": ("ticket", READERS, NO, READERS),
    "api-ticket-reject": ("ticket", READERS, NO, READERS),
    "api-ticket-return": ("ticket", READERS, NO, READERS),
    "api-ticket-rule": ("ticket", READERS, NO, READERS),
    "api-ticket-reassign": ("ticket", READERS, NO, READERS),
    "api-ticket-assist": ("ticket", READERS, NO, READERS),
    "api-ticket-pause": ("ticket", READERS, NO, READERS),
    "api-ticket-decide-pause": ("ticket", READERS, NO, "uma maria"),
    "api-ticket-resume": ("ticket", READERS, NO, UNIT),
    "api-ticket-supply": ("ticket", READERS, NO, READERS),
    "api-ticket-extend": ("ticket", READERS, NO, READERS),
    "api-ticket-decide-extension": ("ticket", READERS, NO, "uma maria"),
    "api-ticket-park": ("ticket", READERS, NO, READERS),
    "api-ticket-next-reply": ("ticket", READERS, NO, READERS),
    "api-ticket-unpark": ("ticket", READERS, NO, UNIT),
    "api-ticket-reopen": ("ticket", READERS, NO, READERS),
    "api-ticket-merge": ("ticket", READERS, NO, READERS),
    "api-ticket-unmerge": ("ticket", READERS, NO, READERS),
    "api-ticket-split": ("ticket", READERS, NO, READERS),
    "api-ticket-comment": ("ticket", READERS, NO, READERS),
}
ROWS |= access_orders.ROWS | access_cases.ROWS

# Lists in which the marked record stands for its readers, and for nobody else.
LISTS = ["crm:companies", "api-companies", "visits:index", "api-visits", "api-tickets"]
# A handler is offered name and code of his region's companies, to log a unit's visit.
OFFERED = {"api-visits-company", "api-visits-companies", "visits:plan", "visits:log"}


@pytest.fixture
def world(cast):
    return make_world(cast)


def ask(client, method, name, ids):
    """The answer and its text; what it changed is undone."""
    point = transaction.savepoint()
    try:
        response = getattr(client, method)(reverse(name, kwargs=ids))
        body = b"".join(response) if response.streaming else response.content
    finally:
        transaction.savepoint_rollback(point)
    return response.status_code, body.decode("utf-8", "replace")


def test_every_address_has_its_row():
    names = {name for name in every_url() if not name.endswith(":None")}
    assert names - set(ROWS) == set()
    assert set(ROWS) - names == set()


@pytest.mark.slow
@pytest.mark.parametrize("who", ALL.split())
def test_own_records(world, cast, as_user, who):
    own, _ = world
    client, wrong = as_user(getattr(cast, who)), []
    for name, (kind, readers, *methods) in ROWS.items():
        for method, through in zip(("get", "post"), methods, strict=True):
            status, body = ask(client, method, name, own.ids.get(kind, {}))
            client = as_user(getattr(cast, who))
            if through is NO:
                expected = status == 405 or status == 404
            elif who in through.split():
                expected = status not in REFUSED and status < 500
            else:
                expected = status == (403 if who in readers.split() else 404) or (
                    kind in FREE and status in REFUSED
                )
            leaks = (
                MARK in body and who not in READERS.split() and name not in OFFERED
            ) or (INTERNAL in body and who not in INSIDERS.split())
            leaks |= COMPLAINT in body and who not in COMPLAINT_READERS.split()
            # Masked even for the supervisor, unless he says why he looks.
            leaks |= COMPLAINANT in body
            if not expected or leaks:
                wrong.append((name, method, status, "leaks" if leaks else ""))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("who", [one for one in ALL.split() if one not in ELSEWHERE])
def test_foreign_and_absent_records_look_the_same(world, cast, as_user, who):
    _own, foreign = world
    client, wrong = as_user(getattr(cast, who)), []
    for name, (kind, _, get, _post) in ROWS.items():
        if kind is None or kind in FREE or name in PUBLIC:
            continue
        method = "get" if get is not NO else "post"
        answers = [
            ask(client, method, name, ids)
            for ids in (foreign.ids[kind], absent(foreign.ids[kind]))
        ]
        statuses = [status for status, _ in answers]
        # Whoever leads this county's people sees absences of its officers only.
        if kind == "absence" and who == "dora":
            continue
        if statuses != [404, 404] or any("邻县机械" in body for _, body in answers):
            wrong.append((name, statuses))
    assert wrong == []


@pytest.mark.slow
def test_strangers_get_nothing(world):
    own, _ = world
    wrong = []
    for name, (kind, *_) in ROWS.items():
        for method in ("get", "post"):
            status, body = ask(Client(), method, name, own.ids.get(kind, {}))
            closed = status in {302, 401, 405} or name in PUBLIC
            if not closed or MARK in body or INTERNAL in body:
                wrong.append((name, method, status))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("who", ALL.split())
def test_lists_show_the_marked_record_to_its_readers_only(world, cast, as_user, who):
    client = as_user(getattr(cast, who))
    shown = {name for name in LISTS if MARK in ask(client, "get", name, {})[1]}
    assert shown == (set(LISTS) if who in READERS.split() else set())
