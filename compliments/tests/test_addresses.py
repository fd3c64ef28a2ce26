"""Every form of a post's address is read, and everything else is refused in words for people (C1)."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aura.providers.post_ports import PostRef
from compliments.addresses import MESSAGES, Refused, code_of_id, id_of_code, post_of_code, read_address

CODE = "DAbc-_123xY"
REF = PostRef(CODE, f"https://www.instagram.com/p/{CODE}/")
SITE = "https://www.instagram.com"
MEDIA = 3456789012345678901
CODES = st.text(string.ascii_letters + string.digits + "-_", min_size=5, max_size=39).filter(
    lambda code: not code.isdigit() and code != "audio" and code.strip("_").strip(string.digits) != ""
)


@pytest.mark.parametrize(
    "text",
    [
        f"{SITE}/p/{CODE}/",
        f"{SITE}/p/{CODE}",
        f"http://instagram.com/p/{CODE}/",
        f"https://m.instagram.com/p/{CODE}/",
        f"https://instagr.am/p/{CODE}/",
        f"https://www.instagr.am/p/{CODE}",
        f"instagram.com/p/{CODE}",
        f"www.instagram.com/reel/{CODE}/",
        f"//www.instagram.com/reel/{CODE}/",
        f"{SITE}/reel/{CODE}/",
        f"{SITE}/reels/{CODE}/",
        f"{SITE}/tv/{CODE}/",
        f"{SITE}/north.roast_1/p/{CODE}/",
        f"{SITE}/north.roast_1/reel/{CODE}/?igsh=MXY5",
        f"{SITE}/p/{CODE}/?img_index=3",
        f"{SITE}/p/{CODE}/?utm_source=ig_web_copy_link&igsh=MzRlODBiNWFlZA==#comments",
        f"{SITE}/p/{CODE}?hl=en",
        f"{SITE}/p/{CODE}#top",
        f"{SITE}/p/{CODE}/c/17900000000000000/r/17900000000000001/",
        f"{SITE}/p/{CODE}/embed/captioned/",
        f"{SITE}/p/{CODE}/media/?size=l",
        f"{SITE}//p//{CODE}//",
        f"HTTPS://WWW.INSTAGRAM.COM/p/{CODE}/",
        f"Instagram.com/P/{CODE}",
        f"https://www.instagram.com:443/p/{CODE}/",
        f"https://www.instagram.com./p/{CODE}/",
        f"  {SITE}/p/{CODE}/  ",
        f"\n\t{SITE}/p/{CODE}/\r\n",
        f"{SITE}/p/{CODE}/ look at this!",
        f"Look at this: {SITE}/p/{CODE}/.",
        f"({SITE}/p/{CODE}/)",
        f"<{SITE}/p/{CODE}>, please",
        f"[the post]({SITE}/p/{CODE}/)",
        f"\ufeff{SITE}/p/{CODE}/\u200b",
        f"{SITE}/p/{CODE.replace('-', '%2D').replace('_', '%5F')}/",
        f"{SITE}%2Fp%2F{CODE}%2F".replace(SITE, "https%3A%2F%2Fwww.instagram.com"),
        f"{SITE}/accounts/login/?next=/p/{CODE}/",
        f"{SITE}/accounts/login/?next=%2Freel%2F{CODE}%2F&source=desktop_nav",
        f"{SITE}/north.roast/ and {SITE}/p/{CODE}/",
    ],
)
def test_a_post_is_found_in_every_form(text: str) -> None:
    assert read_address(text) == REF


@pytest.mark.parametrize("form", [f"{SITE}/p/{MEDIA}/", f"{SITE}/p/{MEDIA}_25025320/", f"{SITE}/reel/{MEDIA}"])
def test_a_media_id_stands_for_its_short_code(form: str) -> None:
    found = read_address(form)
    assert isinstance(found, PostRef)
    assert found.code == code_of_id(MEDIA)
    assert id_of_code(found.code) == MEDIA


def test_the_media_id_of_a_private_post_is_in_the_beginning_of_its_code() -> None:
    private = CODE + "x" * 28
    assert read_address(f"{SITE}/p/{private}/") == post_of_code(private)
    assert id_of_code(private) == id_of_code(CODE)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_address"),
        ("   ", "no_address"),
        ("hello there", "no_address"),
        (CODE, "no_address"),
        ("x" * 5000, "address_too_long"),
        ("https://example.com/p/DAbc123xyz/", "not_instagram"),
        ("https://instagram.com.evil.example/p/DAbc123xyz/", "not_instagram"),
        ("https://evilinstagram.com/p/DAbc123xyz/", "not_instagram"),
        ("https://www.instagram.com@evil.example/p/DAbc123xyz/", "not_instagram"),
        ("https://evil.example@www.instagram.com/p/DAbc123xyz/", "not_instagram"),
        ("https://www.instagram.com\\@evil.example/p/DAbc123xyz/", "not_instagram"),
        ("https://www.instagram.com:8443/p/DAbc123xyz/", "not_instagram"),
        ("https://www.instagram.com:x/p/DAbc123xyz/", "not_instagram"),
        ("https://[::1/p/DAbc123xyz/", "not_instagram"),
        ("https://іnstagram.com/p/DAbc123xyz/", "not_instagram"),
        ("https://ｉｎｓｔａｇｒａｍ.com/p/DAbc123xyz/", "not_instagram"),
        ("https://instagram。com/p/DAbc123xyz/", "not_instagram"),
        ("https://xn--nstagram-3ya.com/p/DAbc123xyz/", "not_instagram"),
        ("https://www.instagram.com%2eevil.example/p/DAbc123xyz/", "not_instagram"),
        ("ftp://www.instagram.com/p/DAbc123xyz/", "not_instagram"),
        ("javascript://www.instagram.com/p/DAbc123xyz/", "not_instagram"),
        ("https://l.instagram.com/?u=https%3A%2F%2Fexample.com", "not_instagram"),
        (SITE, "no_post"),
        (f"{SITE}/p/", "no_post"),
        (f"{SITE}/p/abc/", "no_post"),
        (f"{SITE}/p/{'a' * 65}/", "no_post"),
        (f"{SITE}/p/DAbc%20123/", "no_post"),
        (f"{SITE}/p/99999999999999999999/", "no_post"),
        (f"{SITE}/reels/audio/123456789012345/", "no_post"),
        (f"{SITE}/direct/inbox/", "no_post"),
        (f"{SITE}/share/", "no_post"),
        (f"{SITE}/accounts/edit/", "no_post"),
        (f"{SITE}/accounts/login/?next=https://evil.example/p/DAbc123xyz/", "no_post"),
        (f"{SITE}/#/p/DAbc123xyz/", "no_post"),
        (f"{SITE}/stories/north.roast/3456789012345678901/", "story"),
        (f"{SITE}/stories/highlights/17900000000000000/", "story"),
        (f"{SITE}/s/aGlnaGxpZ2h0OjE3/?story_media_id=1", "story"),
        (f"{SITE}/explore/tags/coffee/", "explore"),
        (f"{SITE}/north.roast/", "profile"),
        (f"{SITE}/@north.roast", "profile"),
        (f"{SITE}/north.roast/reels/", "profile"),
        (f"{SITE}/north.roast/tagged/?hl=en", "profile"),
    ],
)
def test_what_is_no_post_is_refused_with_its_reason(text: str, code: str) -> None:
    found = read_address(text)
    assert isinstance(found, Refused)
    assert (found.code, found.message, found.address) == (code, MESSAGES[code], "")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (f"{SITE}/share/BAKx9f_-z1", f"{SITE}/share/BAKx9f_-z1/"),
        ("instagram.com/share/p/BAKx9f_-z1/?igsh=1", f"{SITE}/share/p/BAKx9f_-z1/"),
        (f"{SITE}/share/reel/BAKx9f_-z1#x", f"{SITE}/share/reel/BAKx9f_-z1/"),
    ],
)
def test_a_share_link_is_no_short_code_and_carries_what_to_resolve(text: str, address: str) -> None:
    assert read_address(text) == Refused("share_link", MESSAGES["share_link"], address)


@given(CODES)
def test_a_code_comes_back_with_its_case_and_its_address_reads_as_itself(code: str) -> None:
    ref = post_of_code(code)
    for form in ("p", "reel", "reels", "tv", "some.body/p", "some_body/reel"):
        assert read_address(f"{SITE}/{form}/{code}/?x=1#y") == ref
    assert read_address(ref.url) == ref


@given(st.integers(64**4, 2**64 - 1))
def test_an_id_comes_back_from_its_code(number: int) -> None:
    assert id_of_code(code_of_id(number)) == number


@given(st.integers(10**14, 2**64 - 1))
def test_an_id_and_its_code_are_the_same_post(number: int) -> None:
    code = code_of_id(number)
    assert read_address(f"{SITE}/p/{number}/") == post_of_code(code)


@given(st.text(max_size=200) | st.text("https:/w.instagrmcop?#%@[]\\ 0F", max_size=80))
@example("https://[")
@example("//[::1")
@example("\ud800.com/p/")
@example("https://www.instagram.com/accounts/login/?next=//[")
@example("https://www.instagram.com/accounts/login/?" + "a=1&" * 500)
def test_no_text_breaks_it_and_what_it_finds_is_always_instagram(text: str) -> None:
    found = read_address(text)
    if isinstance(found, PostRef):
        assert found == post_of_code(found.code)
        assert read_address(found.url) == found
    else:
        assert found.code in MESSAGES
