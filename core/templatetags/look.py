"""Tags for the pieces of every page: icons from the one sprite, and pieces that wrap what stands inside them."""

from django import template
from django.template import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One symbol of core/icons.svg; silent for screen readers unless `label` gives the words it stands for."""
    address = static("core/icons.svg")
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>', label, address, name)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', address, name)


@register.simple_block_tag(takes_context=True)
def piece(context: RequestContext, content: SafeString, name: str, **values: object) -> SafeString:
    """The partial pieces/`name`.html around the block's content, which the partial prints as {{ slot }}.

    Only `values` and the slot reach the partial, so that a piece cannot lean on a page's variables.
    """
    engine = context.template.engine  # type: ignore[union-attr]
    return engine.get_template(f"pieces/{name}.html").render(context.new({**values, "slot": content}))


@register.inclusion_tag("pieces/strip.html")
def step_strip(*labels: str, current: int) -> dict[str, object]:
    """Where a person is on a short way: `labels` in order, `current` counted from 1."""
    states = ["done" if place < current else "current" if place == current else "next" for place in range(1, len(labels) + 1)]
    return {"steps": list(zip(labels, states, strict=True)), "current": current, "total": len(labels)}
