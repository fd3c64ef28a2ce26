"""The Instagram Graph API of one account of a world: media, comments, replies, insights, renewal of the token."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from aura.testing.simulators.pictures import Pictures
from aura.testing.simulators.server import Answer, Asked, Simulator
from aura.testing.simulators.world import Account, Post, Remark, World

TOKEN = "IGAAsimulatedTOKEN000000000000000001"
MEDIA = "id caption media_type media_url thumbnail_url permalink shortcode timestamp like_count comments_count username"
CHILD = "id media_type media_url thumbnail_url permalink timestamp username"
COMMENT = "id text timestamp username from like_count hidden"
ME = "id user_id username followers_count follows_count media_count biography name profile_picture_url account_type"
FIELD = re.compile(r"([a-z_]+)(?:\{([a-z_,]+)\})?(?:,|$)")
KINDS = {"Image": "IMAGE", "Video": "VIDEO", "Sidecar": "CAROUSEL_ALBUM"}
SHARES = {
    "age": {"13-17": 2, "18-24": 24, "25-34": 38, "35-44": 19, "45-54": 10, "55-64": 5, "65+": 2},
    "gender": {"F": 52, "M": 41, "U": 7},
    "country": {"DE": 40, "AT": 22, "US": 20, "BR": 18},
    "city": {"Berlin, Berlin": 30, "Vienna, Vienna": 20},
}


def error(code: int, message: str, *, status: int = 400, **more: Any) -> Answer:
    """An error in the form of the Graph API; ``error_subcode`` and ``is_transient`` may be named."""
    said = {"message": message, "type": "OAuthException", "code": code, **more, "fbtrace_id": "AsimulatedTrace01"}
    return Answer.json({"error": said}, status)


def stamp(time: datetime) -> str:
    """A time as the Graph API writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+0000")


class GraphSimulator(Simulator):
    """``with GraphSimulator(world, "northwind") as graph: graph.url`` …

    ``token_hours`` is the age of the token: below 24 it cannot be renewed. Without ``names_people`` (a permission that
    is missing), and for every 17th comment anyway, comments name their authors by an id alone. ``replies_page`` replies
    come along with a comment.
    """

    def __init__(
        self, world: World, username: str, *, token: str = TOKEN, version: str = "v25.0", port: int = 0
    ) -> None:
        super().__init__(port)
        self.world = world
        self.username = username
        self.token = token
        self.version = version
        self.pictures = Pictures(world, self.url)
        self.token_hours = 48.0
        self.expired = False
        self.names_people = True
        self.replies_page = 25
        self.gone: set[str] = set()
        edge = "fields limit after"
        self._routes: list[tuple[re.Pattern[str], str, Callable[..., Answer]]] = [
            (re.compile(r"/me"), "fields", self._me),
            (re.compile(r"/(\d+)/media"), edge, self._media),
            (re.compile(r"/(\d+)/comments"), edge, self._comments),
            (re.compile(r"/(\d+)/replies"), edge, self._replies),
            (re.compile(r"/(\d+)"), "fields", self._one),
            (re.compile(r"/(\d+)/insights"), "metric period metric_type breakdown", self._insights),
        ]

    @property
    def account(self) -> Account:
        """Whose token it is."""
        return self.world.accounts[self.username]

    def answer(self, asked: Asked) -> Answer:
        """What the Graph API says, or the server of the pictures."""
        if asked.path.startswith("/pictures/"):
            return self.pictures.answer(asked)
        if asked.path == "/refresh_access_token":
            return self._refresh(asked)
        if "access_token" in asked.query:
            self.complain("The token must not be in the address: it would stand in logs.")
        if self.expired or asked.headers.get("authorization") != f"Bearer {self.token}":
            return self._refused(asked.headers.get("authorization", "").removeprefix("Bearer "))
        version, _, rest = asked.path.removeprefix("/").partition("/")
        for form, keys, handler in self._routes:
            found = form.fullmatch(f"/{rest}")
            if found and asked.method == "GET" and version == self.version:
                strange = set(asked.query) - set(keys.split()) - {"access_token"}
                if strange:
                    self.complain(f"{asked.path} does not take {', '.join(sorted(strange))}")
                with self.lock:
                    return handler(asked, *found.groups())
        self.complain(f"There is no {asked.method} {asked.path}")
        return error(2500, f"Unknown path components: /{rest}")

    def _refused(self, token: str) -> Answer:
        if self.expired:
            return error(190, "Error validating access token: Session has expired", error_subcode=463)
        return error(190, f"Malformed access token {token}")

    def _refresh(self, asked: Asked) -> Answer:
        if set(asked.query) != {"grant_type", "access_token"} or asked.query["grant_type"] != "ig_refresh_token":
            self.complain("refresh_access_token takes grant_type=ig_refresh_token and access_token")
        if self.expired or asked.query.get("access_token") != self.token:
            return self._refused(asked.query.get("access_token", ""))
        if self.token_hours < 24:
            return error(10, "The access token must be at least 24 hours old")
        self.token, self.token_hours = f"{self.token[:-2]}{int(self.token[-2:]) + 1:02}", 0.0
        return Answer.json({"access_token": self.token, "token_type": "bearer", "expires_in": 5_183_944})

    def _me(self, asked: Asked) -> Answer:
        account = self.account
        found = {
            "id": account.graph_id,
            "username": account.username,
            "followers_count": account.followers,
            "follows_count": account.following,
            "media_count": len(account.posts),
            "biography": account.biography,
            "name": account.full_name,
            "profile_picture_url": self.pictures.post(account.username),
        }
        return Answer.json(self._chosen(asked.query.get("fields", "id"), ME, found))

    def _media(self, asked: Asked, key: str) -> Answer:
        if key != self.account.graph_id:
            return _missing(key)
        newest = self.account.posts[::-1]
        return self._edge(asked, newest, 100, lambda post: post.graph_id, lambda post: self._post(asked, post))

    def _one(self, asked: Asked, key: str) -> Answer:
        post = next((post for post in self.account.posts if post.graph_id == key), None)
        return _missing(key) if post is None or key in self.gone else Answer.json(self._post(asked, post))

    def _children(self, post: Post, fields: str) -> list[dict[str, Any]]:
        found = []
        for number, kind in enumerate(post.children, 1):
            link = self.pictures.child(post.code, number)
            part = {"id": f"{post.graph_id}{number}", "media_type": KINDS[kind], "media_url": link}
            if kind == "Video":
                part |= {"media_url": f"{link}&video=1", "thumbnail_url": link}
            found.append(self._chosen(fields, CHILD, part))
        return found

    def _post(self, asked: Asked, post: Post) -> dict[str, Any]:
        fields = asked.query.get("fields", "id")
        found = {
            "id": post.graph_id,
            "caption": post.caption,
            "media_type": KINDS[post.kind],
            "media_url": self.pictures.child(post.code, 1) if post.children else self.pictures.post(post.code),
            "permalink": post.url,
            "shortcode": post.code,
            "timestamp": stamp(post.time),
            "comments_count": sum(1 + len(remark.replies) for remark in post.comments),
            "username": self.username,
        }
        if post.kind == "Video":
            found["thumbnail_url"] = self.pictures.post(post.code)
        if post.likes >= 0:
            found["like_count"] = post.likes
        inner = dict(FIELD.findall(fields)).get("children")
        if inner and post.children:
            found["children"] = {"data": self._children(post, inner)}
        return self._chosen(fields, f"{MEDIA} children", found)

    def _comments(self, asked: Asked, key: str) -> Answer:
        post = next((post for post in self.account.posts if post.graph_id == key), None)
        if post is None or key in self.gone:
            return _missing(key)
        fields = asked.query.get("fields", "id")
        newest = post.comments[::-1]
        return self._edge(asked, newest, 50, lambda one: one.id, lambda one: self._comment(fields, one))

    def _replies(self, asked: Asked, key: str) -> Answer:
        remarks = (remark for post in self.account.posts for remark in post.comments)
        remark = next((remark for remark in remarks if remark.id == key), None)
        if remark is None or key in self.gone:
            return _missing(key)
        fields = asked.query.get("fields", "id")
        return self._edge(asked, remark.replies, 50, lambda one: one.id, lambda one: self._comment(fields, one))

    def _comment(self, fields: str, remark: Remark) -> dict[str, Any]:
        person = remark.person
        found: dict[str, Any] = {"id": remark.id, "text": remark.text, "timestamp": stamp(remark.time)}
        found["from"] = {"id": f"17841499{person.number:09}"}
        if self.names_people and int(remark.id) % 17:
            found["username"] = found["from"]["username"] = person.username
        if remark.likes is not None and remark.likes >= 0:
            found["like_count"] = remark.likes
        inner = dict(FIELD.findall(fields)).get("replies")
        if inner and remark.replies:
            shown = [self._chosen(inner, COMMENT, self._comment(inner, one)) for one in remark.replies]
            found["replies"] = self._page(shown, 0, self.replies_page, [one.id for one in remark.replies])
        return self._chosen(fields, f"{COMMENT} replies", found)

    def _chosen(self, fields: str, known: str, found: Mapping[str, Any]) -> dict[str, Any]:
        names = [name for name, _ in FIELD.findall(fields)]
        for name in names:
            if name not in known.split():
                self.complain(f"There is no field {name} here")
        return {name: found[name] for name in dict.fromkeys(["id", *names]) if name in found}

    def _edge(
        self, asked: Asked, everything: Sequence[Any], most: int, key: Callable[[Any], str], show: Callable[[Any], Any]
    ) -> Answer:
        limit = int(asked.query.get("limit", 25))
        if not 1 <= limit <= most:
            self.complain(f"{asked.path} gives at most {most} at once, not {limit}")
            return error(100, "Invalid parameter: limit")
        keys = [key(one) for one in everything]
        cursor = asked.query.get("after", "")
        start = 0
        if cursor:
            last = base64.urlsafe_b64decode(cursor).decode().removeprefix("after ")
            if last not in keys:
                return error(100, "Invalid parameter: after")
            start = keys.index(last) + 1
        shown = [show(one) for one in everything[start : start + limit]]
        return Answer.json(self._page(shown, start, limit, keys), headers={"X-App-Usage": '{"call_count":1}'})

    def _page(self, shown: list[Any], start: int, limit: int, keys: list[str]) -> dict[str, Any]:
        page, end = shown[:limit], start + min(limit, len(shown))
        if not page:
            return {"data": []}
        cursors = {"before": _cursor(keys[start]), "after": _cursor(keys[end - 1])}
        paging: dict[str, Any] = {"cursors": cursors}
        if end < len(keys):
            paging["next"] = f"{self.url}/next?access_token={self.token}&after={cursors['after']}"
        return {"data": page, "paging": paging}

    def _insights(self, asked: Asked, key: str) -> Answer:
        if key != self.account.graph_id:
            return _missing(key)
        asked_for = [asked.query.get(name) for name in ("metric", "period", "metric_type")]
        breakdown = asked.query.get("breakdown", "")
        if asked_for != ["follower_demographics", "lifetime", "total_value"] or breakdown not in SHARES:
            self.complain("insights: metric, period, metric_type or breakdown")
            return error(100, "Invalid parameter")
        if self.account.followers < 100:
            return Answer.json({"data": []})
        results = [
            {"dimension_values": [name], "value": self.account.followers * share // 100}
            for name, share in SHARES[breakdown].items()
        ]
        metric = {
            "name": "follower_demographics",
            "period": "lifetime",
            "title": "Follower demographics",
            "total_value": {"breakdowns": [{"dimension_keys": [breakdown], "results": results}]},
            "id": f"{key}/insights/follower_demographics/lifetime",
        }
        return Answer.json({"data": [metric]})


def _cursor(key: str) -> str:
    return base64.urlsafe_b64encode(f"after {key}".encode()).decode()


def _missing(key: str) -> Answer:
    words = f"Unsupported get request. Object with ID '{key}' does not exist or cannot be loaded"
    return error(100, words, error_subcode=33)
