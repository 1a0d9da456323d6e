"""Every text that a person sees exists in Chinese and in English."""

import string

from dev.messages import LOCALES, Message, as_python, merged, missing, used


def test_every_text_in_use_has_chinese() -> None:
    assert [f"{message.place}: {message.msgid!r}" for message in missing("zh_Hans")] == []


def test_no_translation_loses_or_invents_a_placeholder() -> None:
    wrong = []
    for locale in LOCALES:
        for message in merged(locale):
            originals = [message.id] if isinstance(message.id, str) else list(message.id)
            translations = [message.string] if isinstance(message.string, str) else list(message.string)
            allowed = set[str]().union(*(placeholders(text) for text in originals))
            wrong += [text for text in translations if text and not placeholders(text) <= allowed]
            wrong += [text for text in translations[:1] if text and not placeholders(originals[-1]) <= placeholders(text)]
    assert wrong == []


def test_templates_are_read_with_context_and_plural(tmp_path) -> None:  # type: ignore[no-untyped-def]
    page = tmp_path / "page.html"
    page.write_text(
        '{% load i18n %}<p class="it\'s">{{ _("Argument") }} {% trans "Plain" %} {% trans "Eye" context "body" %}</p>\n'
        "{% blocktrans trimmed count n=photos %}\n One photo\n{% plural %}\n{{ n }} photos\n{% endblocktrans %}"
    )
    python = as_python(page)
    assert "gettext(u'Plain')" in python
    assert "pgettext(u'body', u'Eye')" in python
    assert "ngettext(u'One photo', u'%(n)s photos', count)" in python
    assert '_("Argument")' in python


def test_the_search_for_texts_finds_some() -> None:
    assert any(isinstance(message, Message) and message.place.startswith("core/templates/") for message in used())


def placeholders(text: str) -> set[str]:
    """The names in %(name)s and {name}, and bare %s."""
    braces = {name for _literal, name, _spec, _conversion in string.Formatter().parse(text.replace("{%", "")) if name}
    percent = {part.split(")")[0] for part in text.split("%(")[1:]}
    return braces | percent
