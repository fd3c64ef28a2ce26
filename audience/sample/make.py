"""Writes the sample: `python -m audience.sample.make OUTDIR [--no-pictures]`. Always the same files."""

import argparse
import csv
import io
import json
from pathlib import Path

from audience.sample.comments import Item, make_items, with_flaws
from audience.sample.people import Person, make_people, profile_item
from audience.sample.pictures import write_pictures
from audience.sample.posts import Post, account_item, make_posts, post_item

SMALL = 200
PROFILES = 400


def array(items: list[Item]) -> str:
    """A JSON array with one item a line."""
    return "[\n" + ",\n".join(line(item) for item in items) + "\n]\n"


def line(item: Item) -> str:
    """One item as one line of JSON."""
    return json.dumps(item, ensure_ascii=False, separators=(",", ":"))


def flat(value: object, path: str = "") -> dict[str, object]:
    """`value` as the columns of Apify's CSV: the keys on the way to each plain value, joined by "/"."""
    if isinstance(value, dict):
        parts = [(str(key), part) for key, part in value.items()]
    elif isinstance(value, list):
        parts = [(str(index), part) for index, part in enumerate(value)]
    else:
        return {path: value}
    return {name: plain for key, part in parts for name, plain in flat(part, f"{path}/{key}" if path else key).items()}


def table(items: list[Item]) -> str:
    """The items as CSV in Apify's flattened form. No value and null are both an empty cell."""
    rows = [flat(item) for item in items]
    names = list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return stream.getvalue()


def _cell(value: object) -> object:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def files(people: list[Person], posts: list[Post]) -> dict[str, str]:
    """The text of every data file by its path below the sample's data folder."""
    comments = make_items(people, posts)
    under = {post.index: [item for item in comments if item.get("postUrl") == post.comment_page] for post in posts}
    head = [post_item(post, len(under[post.index]), str(under[post.index][-1]["text"])) for post in posts]
    small = with_flaws(comments[:SMALL])
    return {
        "comments.json": array([account_item(), *head, *comments]),
        "profiles.json": array([profile_item(person) for person in people if person.biography][:PROFILES]),
        "small/comments.json": array(small),
        "small/comments.jsonl": "".join(line(item) + "\n" for item in small),
        "small/comments.csv": table(small),
    }


def main() -> None:
    """Write all files below the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--no-pictures", action="store_true", help="only the text files")
    options = parser.parse_args()
    people = make_people()
    for name, text in files(people, make_posts()).items():
        path = options.outdir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    if not options.no_pictures:
        write_pictures(people, options.outdir / "pictures")


if __name__ == "__main__":
    main()
