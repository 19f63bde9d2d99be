"""The shape of a visit as phones send it; the rules are in the services."""

import re
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from visits.models import Finding, Visit
from visits.services.content import (
    MOST_FINDINGS,
    MOST_PEOPLE,
    MOST_PHOTOS,
    Content,
    Heard,
    Person,
)
from visits.services.intake import Sending

SHA256: Final = r"^[0-9a-f]{64}$"
KEY: Final = r"^[0-9A-Za-z-]{1,36}$"
PLACE: Final = re.compile(r"(-?\d{1,2}(?:\.\d{1,10})?), ?(-?\d{1,3}(?:\.\d{1,10})?)")
BIGGEST: Final = 2**63 - 1


class Words(serializers.CharField):
    """Text that may be left out."""

    def __init__(self, **options: Any) -> None:  # as CharField's
        super().__init__(**{"required": False, "allow_blank": True, **options})


class KeyField(serializers.IntegerField):
    def __init__(self, **options: Any) -> None:  # as IntegerField's
        super().__init__(min_value=1, max_value=BIGGEST, **options)


def most(number: int) -> dict[str, Any]:  # Any: options of a serializer
    return {"max_length": number}


class ClientUUIDField(serializers.UUIDField):
    """As text only: a number would be taken for one too."""

    def to_internal_value(self, data: Any) -> UUID:  # Any: whatever was sent
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        made: UUID = super().to_internal_value(data)
        return made


MOMENT: Final = "YYYY-MM-DDThh:mm+08:00"


class MomentField(serializers.DateTimeField):
    """A time within the years that a calendar knows."""

    def to_internal_value(self, value: Any) -> datetime:  # Any: whatever was sent
        try:
            moment: datetime = super().to_internal_value(value)
        except OverflowError:  # without a zone, at the beginning of time
            self.fail("invalid", format=MOMENT)
        if not 2000 <= moment.year <= 2200:
            self.fail("invalid", format=MOMENT)
        return moment


class CompanionSerializer(serializers.Serializer[Person]):
    user = KeyField(required=False, allow_null=True)
    name = serializers.CharField(max_length=60)


class MetSerializer(serializers.Serializer[Person]):
    contact = KeyField(required=False, allow_null=True)
    name = serializers.CharField(max_length=40)
    title = Words(max_length=40)


class FindingSerializer(serializers.Serializer[Heard]):
    key = serializers.RegexField(KEY)
    category = serializers.CharField(max_length=30)
    symptom = serializers.CharField(max_length=1000)
    cause = Words(max_length=1000)
    wish = Words(max_length=1000)
    result = serializers.ChoiceField(Finding.Result.choices)
    answer = Words(max_length=1000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["result"] == Finding.Result.SOLVED and not attrs.get("answer"):
            sentence = _("Say what was answered on the spot.")
            raise serializers.ValidationError({"answer": sentence}, code="required")
        return attrs


class WordsSerializer(serializers.Serializer[Content]):
    """What a held visit says; shared by the phone, the plain form and amendments."""

    mode = serializers.ChoiceField(Visit.Mode.choices)
    purpose = serializers.CharField(max_length=200)
    starts_at = MomentField()
    ended_on = serializers.DateField(required=False, allow_null=True)
    asked_by_company = serializers.BooleanField(required=False, default=False)
    gate_reason = Words(max_length=200)
    led_by = Words(max_length=60)
    note = Words(max_length=4000)
    place = Words(max_length=60)
    # A list serializer takes max_length; the stubs know only its members' class.
    companions = CompanionSerializer(many=True, required=False, **most(MOST_PEOPLE))
    met = MetSerializer(many=True, required=False, **most(MOST_PEOPLE))
    findings = FindingSerializer(many=True, required=False, **most(MOST_FINDINGS))
    photos = serializers.ListField(
        child=serializers.RegexField(SHA256), required=False, max_length=MOST_PHOTOS
    )
    signature = serializers.RegexField(SHA256, required=False, allow_blank=True)
    signed_by = Words(max_length=40)
    # One of the company's that the person sees; another is left out.
    project = KeyField(required=False, allow_null=True)

    def validate_place(self, value: str) -> str:
        """Three decimals, about 100 m, whatever the phone knows."""
        if not value:
            return ""
        found = PLACE.fullmatch(value)
        if not found or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
            sentence = _("A place is two numbers: 30.123,120.456")
            raise serializers.ValidationError(sentence)
        return f"{float(found[1]):.3f},{float(found[2]):.3f}"

    def validate_findings(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        keys = [one["key"] for one in value]
        if len(set(keys)) < len(keys):
            raise serializers.ValidationError(_("Two findings have the same key."))
        return value

    def validate_photos(self, value: list[str]) -> list[str]:
        return list(dict.fromkeys(value))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("signature") and not attrs.get("signed_by"):
            sentence = _("Say who signed.")
            raise serializers.ValidationError({"signed_by": sentence}, code="required")
        return attrs

    def content(self) -> Content:
        """What was sent, cleaned. To be asked after is_valid()."""
        data: dict[str, Any] = dict(self.validated_data)
        for name in ("uuid", "company", "plan", "device_at"):
            data.pop(name, None)
        for name, kind in (
            ("companions", Person),
            ("met", Person),
            ("findings", Heard),
        ):
            data[name] = tuple(kind(**one) for one in data.get(name, ()))
        data["photos"] = tuple(data.get("photos", ()))
        return Content(**data)


class VisitSerializer(WordsSerializer):
    """A whole visit: the client's UUID, the company, and what was said and seen."""

    uuid = ClientUUIDField()
    company = KeyField()
    # The plan that this visit fulfils.
    plan = KeyField(required=False, allow_null=True)
    device_at = MomentField(required=False, allow_null=True)

    def sending(self) -> Sending:
        data: dict[str, Any] = self.validated_data
        return Sending(
            uuid=data["uuid"],
            company=data["company"],
            plan=data.get("plan"),
            device_at=data.get("device_at"),
            content=self.content(),
        )


class ReceivedFileSerializer(serializers.Serializer[Any]):  # Any: a receipt's part
    sha256 = serializers.CharField()
    kind = serializers.CharField()
    size = serializers.IntegerField()
    state = serializers.CharField()


class TicketLinkSerializer(serializers.Serializer[Any]):  # Any: a receipt's part
    number = serializers.CharField()
    url = serializers.CharField()


class ReceiptSerializer(serializers.Serializer[Any]):  # Any: described, not read
    """What the phone compares before it drops its copy."""

    uuid = serializers.UUIDField()
    visit = serializers.IntegerField()
    url = serializers.CharField()
    version = serializers.IntegerField()
    content_sha256 = serializers.CharField()
    photos = ReceivedFileSerializer(many=True)
    missing = serializers.ListField(child=serializers.CharField())
    tickets = TicketLinkSerializer(many=True)


class CompanyOfferSerializer(serializers.Serializer[Any]):  # Any: described, not read
    """A company as whoever may log a visit there is offered it."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    uscc = serializers.CharField(allow_blank=True)
    for_unit = serializers.BooleanField()


class ContactOfferSerializer(serializers.Serializer[Any]):  # Any: described, not read
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    title = serializers.CharField()


class ProjectOfferSerializer(serializers.Serializer[Any]):  # Any: described, not read
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()


class NearVisitSerializer(serializers.Serializer[Any]):  # Any: described, not read
    day = serializers.DateField()
    unit = serializers.CharField()
    mode = serializers.CharField()
    officer = serializers.CharField()
    asked_by_company = serializers.BooleanField()


class CompanyFactsSerializer(CompanyOfferSerializer):
    """The offer, its people, and what the company had lately."""

    contacts = ContactOfferSerializer(many=True)
    projects = ProjectOfferSerializer(many=True)
    needs_reason = serializers.BooleanField()
    in_30 = serializers.IntegerField()
    in_90 = serializers.IntegerField()
    past = NearVisitSerializer(many=True)
    ahead = NearVisitSerializer(many=True)


class VisitRowSerializer(serializers.ModelSerializer[Visit]):
    """One visit in a list: the public part, the same for everybody."""

    company = serializers.IntegerField(source="company_id")
    company_name = serializers.CharField(source="company.name")
    officer = serializers.CharField(source="logged_by.name")
    unit = serializers.CharField(source="unit.name")
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Visit
        fields = [
            "id",
            "url",
            "company",
            "company_name",
            "day",
            "starts_at",
            "mode",
            "status",
            "purpose",
            "officer",
            "unit",
            "for_unit",
            "version",
        ]


class FindingRowSerializer(serializers.ModelSerializer[Finding]):
    category = serializers.CharField(source="category.key")

    class Meta:
        model = Finding
        fields = ["key", "category", "symptom", "cause", "wish", "result", "answer"]


class VisitDetailSerializer(VisitRowSerializer):
    """The public part of one visit, with what was heard."""

    findings = serializers.SerializerMethodField()

    class Meta(VisitRowSerializer.Meta):
        fields = [*VisitRowSerializer.Meta.fields, "led_by", "findings"]

    def get_findings(self, visit: Visit) -> list[dict[str, Any]]:  # Any: JSON
        rows = visit.findings.filter(withdrawn_at=None).select_related("category")
        return list(FindingRowSerializer(rows, many=True).data)
