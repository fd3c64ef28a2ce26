"""A picture's file as an answer, for the page and for the API."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

from aura.media import services
from aura.media.models import Picture

DAY = 86_400


def file_response(request: HttpRequest, picture: Picture, *, small: bool = False) -> HttpResponseBase:
    """The picture or its small JPEG; a download with ``?download=1``; 304 to who has it; 404 where its file is lost.

    The bytes under an address never change. They are asked for again after a day, since a picture may be erased.
    """
    etag = f'"{picture.sha256}{"-small" if small else ""}"'
    response = get_conditional_response(request, etag=etag) or _whole(picture, small=small)
    response["ETag"] = etag
    response["Cache-Control"] = f"private, max-age={DAY}, immutable"
    if response.status_code == 200:
        way = "attachment" if request.GET.get("download") == "1" else "inline"
        response["Content-Disposition"] = f'{way}; filename="{_name(picture, small=small)}"'
        response["X-Content-Type-Options"] = "nosniff"
    return response


def _whole(picture: Picture, *, small: bool) -> HttpResponse:
    try:
        data = services.read_thumbnail(picture) if small else services.read(picture)
    except FileNotFoundError:
        raise Http404("The file of this picture is lost.") from None
    return HttpResponse(data, content_type="image/jpeg" if small else picture.media_type)


def _name(picture: Picture, *, small: bool) -> str:
    suffix = "jpg" if small else services.SUFFIXES[picture.media_type]
    return f"picture-{picture.sha256[:12]}{'-small' if small else ''}.{suffix}"
