"""Sort the inventory by the moment until which certificates work, and make a calendar of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("certificates", "0005_requests")]

    operations = [
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(fields=["works_until", "id"], name="certificate_works_until"),
        ),
    ]
