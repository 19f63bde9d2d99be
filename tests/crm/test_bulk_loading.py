"""Loading by the million: indexes and keys are off meanwhile, and never for long."""

import pytest
from django.db import IntegrityError, connection

from crm.demo.loading import loading
from crm.demo.rows import Rows, row_of
from crm.models import Contact


def indexes_and_keys():
    with connection.cursor() as cursor:
        get = connection.introspection.get_constraints
        return get(cursor, Contact._meta.db_table)


def load(company):
    with loading():
        rows = Rows()
        rows.follow(Contact)
        assert "contact_one_main" not in indexes_and_keys()
        rows.add(row_of(Contact, company_id=company, name="李敏", is_main=True))
        rows.finish()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_points_nowhere_is_refused_and_nothing_stays_off():
    before = indexes_and_keys()
    with pytest.raises(IntegrityError):
        load(company=987_654)
    assert not Contact.objects.exists()
    assert indexes_and_keys() == before
    with pytest.raises(IntegrityError):
        Contact.objects.create(company_id=987_654, name="王强")
