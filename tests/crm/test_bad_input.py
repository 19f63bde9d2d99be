"""What no honest client sends gets an answer in words, on whatever page it comes."""

import pytest
from django.urls import reverse


@pytest.mark.parametrize("key", [2**63, 10**30])
def test_a_key_that_no_row_can_have_is_not_there(cast, as_user, key):
    url = reverse("crm:work-note-take", args=[key, 1])
    assert as_user(cast.uma).post(url).status_code == 404
    url = reverse("crm:company", args=[key])
    assert as_user(cast.olga).get(url).status_code == 404


@pytest.mark.parametrize("query", ["q=%00", "%00=1", "q=" + "x" * 9_000])
def test_a_query_that_cannot_be_meant_is_refused(cast, as_user, query):
    url = reverse("crm:companies")
    assert as_user(cast.olga).get(f"{url}?{query}").status_code == 400
