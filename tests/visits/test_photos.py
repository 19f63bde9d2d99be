"""Photos: upright, small, stamped, bare; what cannot be read is told, not lost."""

import io
from datetime import timedelta

import pi_heif
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from crm.lib import images
from crm.models import Event, StoredFile
from crm.services import files
from tests.factories import NOON
from visits.jobs import lines_of, process_photo
from visits.models import Visit
from visits.services import photos

from .conftest import picture, sha, strokes

pytestmark = pytest.mark.usefixtures("at_noon", "category")


@pytest.fixture
def send(cast, phone, visit_json):
    """Send one visit with these photos; the tasks run at once."""

    def sent(*datas, **changes):
        said = visit_json(photos=[sha(one) for one in datas], **changes)
        response = phone(cast.olga, said, *datas)
        assert response.status_code == 201, response.content
        return Visit.objects.get()

    return sent


def opened(name):
    return Image.open(io.BytesIO(default_storage.open(name).read()))


def test_a_photo_is_kept_small_bare_and_upright(send):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned
    exif[0x010F] = "Secret Maker"
    send(picture((3000, 1000), exif=exif))
    file = StoredFile.objects.get()
    assert (file.state, file.mime) == ("stored", "image/jpeg")
    kept, report = opened(file.stored_name), opened(file.report_name)
    assert kept.size == (file.width, file.height) == (683, 2048)
    assert max(report.size) == 1000
    assert not kept.getexif()
    assert b"Secret" not in default_storage.open(file.stored_name).read()


def test_the_raw_file_goes_when_the_kept_one_is_safe(send):
    send(picture())
    file = StoredFile.objects.get()
    assert file.raw_name == ""
    kept = default_storage.open(file.stored_name).read()
    assert file.stored_sha256 == sha(kept) != file.received_sha256


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_every_allowed_kind_becomes_a_jpeg(send, kind):
    send(picture(kind=kind))
    assert opened(StoredFile.objects.get().stored_name).format == "JPEG"


def test_heic_is_read_and_nothing_else_but_the_four():
    assert pi_heif.libheif_version()
    assert images.FORMATS == ["JPEG", "PNG", "WEBP", "HEIF"]
    assert set(images.FORMATS) <= Image.OPEN.keys()
    with pytest.raises(Image.UnidentifiedImageError):
        images.make_photo(picture(kind="GIF"), [], 10**7)


def test_the_stamp_says_time_company_and_officer(send, cast):
    visit = send(picture())
    stamp = StoredFile.objects.get().stamp
    assert lines_of(stamp) == [
        "2026-03-18 12:00",
        f"{cast.company.name}  {cast.olga.name}",
    ]
    assert "place" not in stamp
    assert visit.place == ""


def test_the_place_is_stamped_only_if_given(send):
    send(picture(), place="30.1234,120.5")
    assert "30.123,120.500" in lines_of(StoredFile.objects.get().stamp)[1]


def test_a_photo_sent_on_another_day_says_so(send, cast, time_machine):
    visit = send(picture())
    time_machine.move_to("2026-03-20T09:00:00+08:00", tick=False)
    stamp = photos.stamp_of(visit, cast.olga, NOON.replace(day=20))
    assert "2026-03-20" in lines_of(stamp)[0]


def test_the_stamp_is_drawn_with_chinese_letters():
    plain = images.Made.unpacked(images.make_photo(picture((900, 600)), [], 10**7))
    lines = ["2026-03-18 12:00", "恒润纺织有限公司 䶮𠮷"]
    made = images.Made.unpacked(images.make_photo(picture((900, 600)), lines, 10**7))
    assert made.full != plain.full
    face = images.font(20)
    # A missing glyph is drawn as a box of one width; these differ from it.
    assert face.getmask("䶮").getbbox() != face.getmask("\U000f0000").getbbox()


@pytest.mark.parametrize("kind", ["broken", "cut", "flood"])
def test_what_cannot_be_read_stays_aside_and_is_told(
    send, cast, as_user, settings, kind
):
    data = {"broken": b"\xff\xd8\xff\xe0" + b"0" * 500, "flood": picture((500, 500))}
    data = data.get(kind) or picture((800, 800), kind="PNG")[:900]
    settings.CRM_PHOTO_MAX_PIXELS = 200_000 if kind == "flood" else 40_000_000
    visit = send(data)
    file = StoredFile.objects.get()
    assert (file.state, file.stored_name) == ("rejected", "")
    assert default_storage.open(file.raw_name).read() == data
    assert Event.objects.filter(action="visit.file_rejected").exists()
    assert photos.rejected_of(cast.olga) == [(visit.pk, cast.company.name, visit.day)]
    page = as_user(cast.olga).get(visit.get_absolute_url())
    assert "无法读取" in page.content.decode()


def test_the_job_may_run_twice(send):
    visit = send(picture())
    file = StoredFile.objects.get()
    process_photo(file.pk, visit.pk)
    assert StoredFile.objects.get().stored_name == file.stored_name


def test_a_signature_keeps_its_clear_ground(cast, phone, visit_json):
    drawn = strokes()
    phone(cast.olga, visit_json(signature=sha(drawn), signed_by="王"), drawn)
    file = Visit.objects.get().signature
    assert (file.state, file.mime) == ("stored", "image/png")
    assert opened(file.stored_name).mode == "RGBA"


def test_a_signature_must_be_a_png(cast, phone, visit_json):
    data = picture()
    response = phone(cast.olga, visit_json(signature=sha(data), signed_by="王"), data)
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("olga", 200),
        ("bela", 200),
        ("dora", 200),
        ("maria", 200),
        ("axel", 200),
        ("otto", 404),
        ("oleg", 404),
        ("tom", 404),
        ("sven", 404),
    ],
)
def test_who_sees_a_photo(send, cast, as_user, who, status):
    visit = send(picture())
    uuid = StoredFile.objects.get().uuid
    client = as_user(getattr(cast, who))
    for size in ("", "?size=report", "?size=../../x"):
        response = client.get(f"/visits/{visit.pk}/photos/{uuid}/{size}")
        assert response.status_code == status
    if status == 200:
        assert response["Content-Type"] == "image/jpeg"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, no-store"
        assert response["Content-Disposition"].startswith("inline")


def test_a_photo_of_another_visit_is_404(send, cast, as_user, phone, visit_json):
    send(picture())
    uuid = StoredFile.objects.get().uuid
    other = phone(cast.olga, visit_json()).json()["visit"]
    client = as_user(cast.olga)
    assert client.get(f"/visits/{other}/photos/{uuid}/").status_code == 404


def test_the_raw_file_is_served_to_nobody(cast, as_user, send):
    visit = send(b"\xff\xd8\xff\xe0" + b"0" * 500)
    uuid = StoredFile.objects.get().uuid
    client = as_user(cast.olga)
    assert client.get(f"/visits/{visit.pk}/photos/{uuid}/").status_code == 404


def test_a_file_without_a_row_goes_at_night_and_others_stay(send):
    send(b"\xff\xd8\xff\xe0" + b"0" * 500)  # unreadable: stays in quarantine
    kept = StoredFile.objects.get().raw_name
    upload = SimpleUploadedFile("x", picture())
    left = files.receive_file(upload, StoredFile.Kind.PHOTO).raw_name
    assert files.remove_orphans(before=timezone.now() - timedelta(days=999)) == 0
    assert files.remove_orphans(before=timezone.now() + timedelta(days=9999)) >= 1
    assert default_storage.exists(kept)
    assert not default_storage.exists(left)


@pytest.mark.slow
def test_a_web_process_does_not_load_the_decoders():
    import subprocess
    import sys

    code = (
        "import django,sys;django.setup();import crm.config.urls;"
        "from django.urls import reverse;reverse('visits:log');"
        "print('PIL' in sys.modules, 'pi_heif' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]
