"""Counts an Apify comment dataset on its own, to compare with what Aura says: `python audience/sample/count.py FILE`.

Standard library only and nothing of Aura, so an error of Aura's reader cannot hide in it. It reads a JSON array, JSONL
or a zip-free CSV in Apify's flattened form, whole, into memory.
"""

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CODE = re.compile(r"/(?:p|reel|reels|tv)/([^/?#]+)")
PARENT = re.compile(r"/c/(\d+)/r/\d+")


def load(path: Path) -> list[dict[str, Any]]:
    """The items of a file."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".csv":
        return [nest(row) for row in csv.DictReader(text.splitlines(keepends=True))]
    if path.suffix in {".jsonl", ".ndjson"}:
        return [json.loads(part) for part in text.split("\n") if part.strip()]
    items: list[dict[str, Any]] = json.loads(text)
    return items


def nest(row: dict[str, str]) -> dict[str, Any]:
    """A CSV row as an item: only the columns that matter here."""
    item: dict[str, Any] = {name: value for name, value in row.items() if value and "/" not in name}
    item["owner"] = {name[6:]: value for name, value in row.items() if value and name.startswith("owner/")}
    replies: dict[str, dict[str, Any]] = {}
    for name, value in row.items():
        match = re.fullmatch(r"replies/(\d+)/(owner/)?(\w+)", name)
        if value and match:
            reply = replies.setdefault(match[1], {"owner": {}})
            (reply["owner"] if match[2] else reply)[match[3]] = value
    item["replies"] = list(replies.values())
    return item


def owner_id(item: dict[str, Any]) -> str:
    """The id of whoever wrote the item, or ""."""
    return str((item.get("owner") or {}).get("id") or item.get("ownerId") or "")


def remarks(items: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every comment and nested reply, with the id of the comment it answers."""
    for item in items:
        match = PARENT.search(item.get("commentUrl") or "")
        yield item, str(item.get("parentCommentId") or (match[1] if match else ""))
        for reply in item.get("replies") or []:
            yield reply, str(item["id"])


def count(items: list[dict[str, Any]]) -> dict[str, Any]:
    """What the items hold: each comment, person and post once."""
    errors = [item for item in items if item.get("error") and not item.get("id")]
    posts = [item for item in items if item.get("shortCode")]
    found = [item for item in items if item.get("postUrl") and item.get("id")]
    known = {item["ownerUsername"]: owner_id(item) for item, _ in remarks(found) if owner_id(item)}
    comments, parents, writers = {}, {}, Counter[str]()
    for item, parent in remarks(found):
        if item["id"] not in comments:
            person = owner_id(item) or known.get(item["ownerUsername"]) or item["ownerUsername"]
            comments[item["id"]], parents[item["id"]] = item, parent
            writers[person] += 1
    codes = [CODE.search(item["postUrl"]) for item in found]
    months = Counter(str(item.get("timestamp"))[:7] for item in comments.values())
    return {
        "items": len(items),
        "comments": len(comments),
        "people": len(writers),
        "posts": len({code[1] for code in codes if code} | {post["shortCode"] for post in posts}),
        "replies": sum(1 for parent in parents.values() if parent),
        "errors": len(errors),
        "post_items": len(posts),
        "other_items": len(items) - len(errors) - len(posts) - len(found),
        "duplicates": sum(1 for _ in remarks(found)) - len(comments),
        "without_text": sum(1 for item in comments.values() if not item.get("text")),
        "by_month": dict(sorted(months.items())),
        "most_comments_by_one_person": max(writers.values(), default=0),
    }


def main() -> None:
    """Print the counts of the file named on the command line as JSON."""
    sys.stdout.write(json.dumps(count(load(Path(sys.argv[1]))), indent=2) + "\n")


if __name__ == "__main__":
    main()
