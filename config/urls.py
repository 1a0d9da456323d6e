"""Every door of the service. tests/contracts/access.py has a row for each."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.health import readyz
from core.views import healthz
from partners.api.token import token

handler400 = "core.views.malformed"
handler403 = "core.views.not_found"
handler404 = "core.views.not_found"
handler500 = "core.views.our_fault"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/schema/", SpectacularAPIView.as_view(permission_classes=[], authentication_classes=[]), name="api_schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api_schema", permission_classes=[], authentication_classes=[]), name="api_docs"),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("screening.api.urls")),
    path("api/v1/", include("followup.api.urls")),
    path("api/v1/", include("partners.api.urls")),
    path("oauth/token", token, name="oauth_token"),
    path("", include("core.urls")),
    path("", include("accounts.pages.urls")),
    path("", include("screening.pages.urls")),
    path("", include("followup.pages.urls")),
    path("", include("partners.pages.urls")),
]
if "dev" in settings.INSTALLED_APPS:
    urlpatterns.append(path("tour/", include("dev.tour.pages")))
