"""Names and phones are unreadable in the database and still found by equality."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps

from core.crypto import SealBroken
from core.fields import BlindIndexField, EncryptedTextField

PHONE = "+8613800138000"


@pytest.fixture
def person(db: None) -> Iterator[Any]:
    with isolate_apps("core"):

        class Person(models.Model):
            name = EncryptedTextField()
            phone = EncryptedTextField(null=True)
            phone_index = BlindIndexField("phone", null=True, unique=True)

            class Meta:
                app_label = "core"

        with connection.schema_editor() as editor:
            editor.create_model(Person)
        yield Person


def stored(person: Any, column: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {person._meta.db_table}")
        return cursor.fetchone()[0]


def test_a_name_comes_back_as_it_was_and_stands_nowhere_in_the_database(person: Any) -> None:
    person.objects.create(name="王芳 O'Neil\n", phone=PHONE)
    found = person.objects.get()
    assert (found.name, found.phone) == ("王芳 O'Neil\n", PHONE)
    assert person.objects.values_list("name", flat=True)[0] == "王芳 O'Neil\n"
    row = b"".join(bytes(stored(person, column)) for column in ("name", "phone", "phone_index"))
    assert not any(part in row for part in ("王芳".encode(), b"Neil", b"138001"))


def test_nothing_stays_nothing_and_empty_stays_empty(person: Any) -> None:
    person.objects.create(name="", phone=None)
    assert stored(person, "phone") is None
    assert stored(person, "phone_index") is None
    assert (person.objects.get().name, person.objects.get(phone__isnull=True).phone) == ("", None)


def test_a_person_is_found_by_phone_through_the_blind_index_only(person: Any) -> None:
    made = person.objects.create(name="a", phone=PHONE)
    person.objects.create(name="b", phone="+8613900139000")
    assert person.objects.get(phone_index=PHONE) == made
    assert list(person.objects.filter(phone_index__in=[PHONE, "+1"])) == [made]
    for lookup in ("phone", "phone__contains", "phone__in", "name__iexact"):
        with pytest.raises(FieldError, match="BlindIndexField"):
            person.objects.filter(**{lookup: PHONE}).first()


def test_the_same_phone_twice_is_refused_by_the_database(person: Any) -> None:
    person.objects.create(name="a", phone=PHONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        person.objects.bulk_create([person(name="b", phone=PHONE)])


def test_the_index_follows_the_phone_when_it_changes(person: Any) -> None:
    made = person.objects.create(name="a", phone=PHONE)
    made.phone = "+8613900139000"
    made.save()
    assert person.objects.filter(phone_index=PHONE).count() == 0
    assert person.objects.get(phone_index="+8613900139000") == made


def test_a_value_copied_into_another_column_does_not_open(person: Any) -> None:
    person.objects.create(name="a", phone=PHONE)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {person._meta.db_table} SET name = phone")
    with pytest.raises(SealBroken):
        person.objects.get()


def test_a_column_added_later_gets_a_readable_empty_text(person: Any) -> None:
    person.objects.create(name="a")
    added = EncryptedTextField(blank=True)
    added.set_attributes_from_name("note")
    added.model = person
    with connection.schema_editor() as editor:
        editor.add_field(person, added)
    assert added.from_db_value(stored(person, "note"), None, connection) == ""


@pytest.mark.parametrize("field", [EncryptedTextField(null=True), BlindIndexField("phone", unique=True)])
def test_the_fields_can_be_written_into_a_migration(field: "models.Field[Any, Any]") -> None:
    _name, path, args, options = field.deconstruct()
    assert path.startswith("core.fields.")
    again = type(field)(*args, **options)
    assert again.deconstruct()[1:] == (path, args, options)
    assert "core.fields" in MigrationWriter.serialize(field)[0]
