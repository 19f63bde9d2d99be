"""The index over the search words; each database has its own kind.

The triggers that keep SQLite's in step are made in post_migrate (crm.triggers).
"""

from django.db import migrations

SQLITE = {
    "forwards": [
        "CREATE VIRTUAL TABLE crm_company_words USING fts5(tokens, "
        "content='crm_companysearch', content_rowid='company_id', "
        "tokenize='ascii', detail='none', columnsize=0)",
        "INSERT INTO crm_company_words(crm_company_words) VALUES('rebuild')",
    ],
    # The triggers name the table; the next migrate makes them again.
    "backwards": [
        "DROP TRIGGER IF EXISTS crm_company_words_insert",
        "DROP TRIGGER IF EXISTS crm_company_words_update",
        "DROP TRIGGER IF EXISTS crm_company_words_delete",
        "DROP TABLE crm_company_words",
    ],
}
POSTGRESQL = {
    "forwards": [
        "CREATE INDEX crm_company_words ON crm_companysearch "
        "USING gin (string_to_array(tokens, ' ')) WITH (fastupdate = off)",
        # The single characters of 有限公司 are in nearly all: let ANALYZE see more.
        "ALTER INDEX crm_company_words ALTER COLUMN 1 SET STATISTICS 1000",
        # Companies nobody has seen come first, as on SQLite.
        "CREATE INDEX company_unseen_first ON crm_company "
        "(last_visit_on ASC NULLS FIRST, id)",
    ],
    "backwards": ["DROP INDEX crm_company_words", "DROP INDEX company_unseen_first"],
}


def run(statements):
    def execute(apps, schema_editor):
        vendor = schema_editor.connection.vendor
        for statement in (SQLITE if vendor == "sqlite" else POSTGRESQL)[statements]:
            schema_editor.execute(statement)

    return execute


class Migration(migrations.Migration):
    dependencies = [("crm", "0002_ground")]
    operations = [migrations.RunPython(run("forwards"), run("backwards"))]
