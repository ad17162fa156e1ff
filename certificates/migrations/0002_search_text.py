"""The search table: an FTS5 index of trigrams on SQLite, a table with a trigram index on PostgreSQL."""

from django.db import DatabaseError, migrations, transaction


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "CREATE VIRTUAL TABLE certificates_text USING fts5(text, tokenize = 'trigram')"
        )
        return
    schema_editor.execute(
        "CREATE TABLE certificates_text (rowid bigint PRIMARY KEY, text text NOT NULL)"
    )
    if _has_trigrams(schema_editor):
        schema_editor.execute(
            "CREATE INDEX certificates_text_trigrams ON certificates_text"
            " USING gin (UPPER(text) gin_trgm_ops)"
        )


def _has_trigrams(schema_editor):
    """Whether pg_trgm is there or could be added; without it a search reads the whole table."""
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        # No right to add it, or the server does not have it.
        return False
    return True


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE certificates_text")


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]

    operations = [migrations.RunPython(make, drop)]
