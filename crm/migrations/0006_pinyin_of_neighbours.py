"""Words for a syllable with the beginning of the next, of companies stored before."""

from itertools import pairwise

from django.db import migrations

BATCH = 500


def add(apps, schema_editor):
    CompanySearch = apps.get_model("crm", "CompanySearch")
    rows, last = CompanySearch.objects.exclude(pinyin="").order_by("pk"), 0
    while batch := list(rows.filter(pk__gt=last).only("pinyin", "tokens")[:BATCH]):
        for row in batch:
            words = {word for line in row.pinyin.split("\n") for word in pairs_of(line)}
            row.tokens = " ".join(sorted(words.union(row.tokens.split())))
        CompanySearch.objects.bulk_update(batch, ["tokens"])
        last = batch[-1].pk


def pairs_of(line):
    """Of "/fang/zhi": t4fangz, t4fangzh, t4fangzhi."""
    for one, other in pairwise(line.split("/")[1:]):
        for length in range(1, len(other) + 1):
            yield f"t{len(one)}{one}{other[:length]}"


class Migration(migrations.Migration):
    dependencies = [("crm", "0005_deadline_owed")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
