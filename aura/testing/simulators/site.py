"""Instagram's own site as somebody sees it who is not signed in: start page, GraphQL of one post, share links.

Strict about what instaloader 4.16 sends. ``posts`` stand in a world; share links are added by hand.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qs

from aura.testing.simulators.pictures import Pictures
from aura.testing.simulators.server import Answer, Asked, Simulator
from aura.testing.simulators.world import Account, Post, World

DOC = "27128499623469141"
TYPES = {"Image": 1, "Video": 2, "Sidecar": 8}
CSRF, LSD = "simulatedCSRFtoken00000000000001", "AVsimulatedLSD1"
SITE = "https://www.instagram.com"
SHARE = re.compile(r"/share/(?:(?:p|reel)/)?([\w-]+)/?")
START = f'<html><script>["LSD",[],{{"token":"{LSD}"}},323]</script><script>"IG_USER_EIMU":"0"</script></html>'
RATE_LIMITED = Answer.json({"message": "Please wait a few minutes before you try again.", "status": "fail"}, 401)
TOO_MANY = Answer.json({"status": "fail"}, 429)
CHALLENGE = Answer.json({"message": "challenge_required", "status": "fail"}, 400)
TO_LOGIN = Answer(302, b"", {"Location": f"{SITE}/accounts/login/"})
BROKEN = Answer.json({"data": {"xdt_api__v1__media__shortcode__web_info": {"items": [{"pk": "1"}]}}})


class SiteSimulator(Simulator):
    """``with SiteSimulator(world) as site: site.url`` … ``shares`` maps tokens to where they lead ("" is the login)."""

    def __init__(self, world: World, port: int = 0) -> None:
        super().__init__(port)
        self.world = world
        self.pictures = Pictures(world, self.url)
        self.shares: dict[str, str] = {}

    def answer(self, asked: Asked) -> Answer:
        """What the site says, or the server of the pictures."""
        if asked.path.startswith("/pictures/"):
            return self.pictures.answer(asked)
        if asked.path == "/" and asked.method == "GET":
            cookie = f"csrftoken={CSRF}; Domain=.instagram.com; Path=/; Secure"
            return Answer(200, START.encode(), {"Content-Type": "text/html", "Set-Cookie": cookie})
        if asked.path == "/api/graphql" and asked.method == "POST":
            return self._graphql(asked)
        if found := SHARE.fullmatch(asked.path):
            return self._share(asked.path, found[1])
        self.complain(f"There is no {asked.method} {asked.path}")
        return Answer(404, b"<html>Page Not Found</html>", {"Content-Type": "text/html"})

    def _share(self, path: str, token: str) -> Answer:
        if token not in self.shares:
            return Answer(404, b"<html>Page Not Found</html>", {"Content-Type": "text/html"})
        return Answer(302, b"", {"Location": self.shares[token] or f"{SITE}/accounts/login/?next={path}"})

    def _graphql(self, asked: Asked) -> Answer:
        form = {name: values[-1] for name, values in parse_qs(asked.body.decode()).items()}
        if form.get("doc_id") != DOC or form.get("lsd") != LSD or form.get("server_timestamps") != "true":
            self.complain("api/graphql: doc_id, lsd or server_timestamps")
        if asked.headers.get("x-csrftoken") != CSRF or asked.headers.get("x-fb-lsd") != LSD:
            self.complain("api/graphql: the headers with the tokens")
        code = json.loads(form.get("variables", "{}")).get("shortcode", "")
        place = self.world.post(code)
        shown = [] if place is None or place[0].is_private else [self._item(*place)]
        return Answer.json({"data": {"xdt_api__v1__media__shortcode__web_info": {"items": shown}}})

    def _item(self, account: Account, post: Post) -> dict[str, Any]:
        item: dict[str, Any] = {
            "pk": post.id,
            "code": post.code,
            "taken_at": int(post.time.timestamp()),
            "user": {"pk": account.id, "username": account.username, "full_name": account.full_name},
            "caption": {"text": post.caption} if post.caption else None,
            "comment_count": len(post.comments),
            **_medium(post.kind, self.pictures.post(post.code)),
        }
        if post.likes >= 0:
            item["like_count"] = post.likes
        if post.children:
            links = [self.pictures.child(post.code, number) for number in range(1, len(post.children) + 1)]
            item["carousel_media"] = [_medium(kind, link) for kind, link in zip(post.children, links, strict=True)]
            item["image_versions2"] = item["carousel_media"][0]["image_versions2"]
        return item


def _medium(kind: str, link: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "media_type": TYPES[kind],
        "image_versions2": {"candidates": [{"url": link, "width": 1080, "height": 1350}]},
        "accessibility_caption": f"{kind} of a table.",
    }
    return found | {"video_versions": [{"url": f"{link}&video=1"}]} if kind == "Video" else found
