"""The last line of `make test`: nothing may hide in it."""

import pytest

from deploy import run_tests
from deploy.run_tests import Count, count_in, judge, report

JUNIT = """<?xml version="1.0"?>
<testsuites>
  <testsuite tests="7" failures="1" errors="2" skipped="1" />
  <testsuite tests="3" failures="0" errors="0" skipped="0" />
</testsuites>
"""


def test_errors_count_as_failed_and_suites_add_up(tmp_path):
    path = tmp_path / "report.xml"
    path.write_text(JUNIT)

    assert count_in(path) == Count(passed=6, failed=3, skipped=1)


@pytest.mark.parametrize("content", [None, "", "<testsuites><testsuite"])
def test_a_report_that_is_missing_or_torn_counts_nothing(tmp_path, content):
    path = tmp_path / "report.xml"
    if content is not None:
        path.write_text(content)

    assert count_in(path) == Count()


@pytest.mark.parametrize("status", [0, 5, 1, 2, -9])
def test_a_part_that_ran_no_test_has_failed(status):
    assert judge("SQLite", status, Count()) == Count(failed=1)


def test_a_crash_after_green_tests_has_failed():
    assert judge("SQLite", 3, Count(passed=5)) == Count(passed=5, failed=1)


def test_failed_tests_are_not_counted_twice():
    count = Count(passed=5, failed=2)

    assert judge("SQLite", 1, count) == count


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(run_tests, "REPORTS", tmp_path)


def test_the_last_line_is_the_sum(capsys):
    status = report({"SQLite": Count(3, 0, 1), "Browser": Count(2, 1, 0)})

    assert status == 1
    assert capsys.readouterr().out.splitlines()[-1] == "5 passed, 1 failed, 1 skipped"


def test_skipped_tests_alone_do_not_fail_the_run():
    assert report({"Browser": Count(skipped=4)}) == 0
