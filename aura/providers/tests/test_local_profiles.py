"""Which rule speaks for which type of profile."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aura.providers.local.combine import profile_type_estimate
from aura.providers.local.profiles import read_profile_type
from aura.providers.ports import PROFILE_TYPES, ProfileEvidence

PLAIN = ProfileEvidence("1", "anna.b")


def rules_of(**facts: Any) -> set[str]:
    return set(read_profile_type(replace(PLAIN, **facts)).rules)


def type_of(has_name: bool = False, **facts: Any) -> str:
    return profile_type_estimate(read_profile_type(replace(PLAIN, **facts), has_name=has_name)).value


def test_without_a_sign_of_anything_else_a_profile_is_a_person() -> None:
    assert rules_of() == set()
    assert type_of() == "person"


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"username": "oak.bakery"}, "business:trade_in_name"),
        ({"full_name": "Tienda Luna"}, "business:trade_in_name"),
        ({"bio": "Orders by message"}, "business:bio_orders"),
        ({"bio": "Envíos a todo el país"}, "business:bio_orders"),
        ({"bio": "Доставка по городу"}, "business:bio_orders"),
        ({"bio": "open Tue to Sat"}, "business:bio_opening_hours"),
        ({"bio": "est. 1998"}, "business:bio_since"),
        ({"bio": "shop.oak.example"}, "business:bio_shop_link"),
        ({"bio": "WhatsApp: +49 170 1234567"}, "business:bio_phone"),
        ({"is_business": True}, "business:business_account"),
        ({"username": "lena.photography"}, "creator:craft_in_name"),
        ({"username": "quillthorpephoto"}, "creator:craft_at_end_of_name"),
        ({"bio": "collabs: me@a.example"}, "creator:bio_collaborations"),
        ({"bio": "Digital creator"}, "creator:bio_creator_work"),
        ({"is_verified": True}, "creator:verified"),
        ({"followers": 50_000, "following": 300}, "creator:large_audience"),
        ({"username": "zayn.updates"}, "fan_page:fandom_in_name"),
        ({"bio": "Fan page, not official"}, "fan_page:bio_fan"),
        ({"bio": "DM for credit or removal"}, "fan_page:bio_reposts"),
        ({"username": "win_crypto"}, "suspected_bot:bait_in_name"),
        ({"username": "anna_9284712"}, "suspected_bot:many_digits"),
        ({"username": "xkcdqvw"}, "suspected_bot:unspeakable_name"),
        ({"bio": "Earn from home, ask me how"}, "suspected_bot:bio_bait"),
        ({"followers": 3, "following": 4000}, "suspected_bot:follows_far_more"),
        ({"followers": 3, "following": 4000, "posts": 0}, "suspected_bot:no_posts"),
        ({"comments": ("Promote it on @page",)}, "suspected_bot:spam_in_comments"),
        ({"comments": ("so nice, love it",) * 3}, "suspected_bot:same_comment_again"),
        ({"is_private": True}, "person:private_account"),
    ],
)
def test_each_rule_fires_on_its_sign(facts: dict[str, Any], rule: str) -> None:
    assert rule in rules_of(**facts)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"username": "oak.bakery", "bio": "Orders by message | open Tue to Sat"}, "business"),
        ({"username": "lena.films", "bio": "New video weekly | collabs: me@a.example"}, "creator"),
        ({"username": "zayn.fanpage", "bio": "Fan page, not affiliated"}, "fan_page"),
        ({"username": "win_58123", "followers": 2, "following": 5000, "posts": 0}, "suspected_bot"),
        ({"username": "anna.b", "is_private": True, "followers": 210, "following": 300}, "person"),
    ],
)
def test_signs_together_decide_the_type(facts: dict[str, Any], kind: str) -> None:
    assert type_of(**facts) == kind


def test_signs_that_contradict_each_other_leave_the_type_unknown() -> None:
    assert type_of(username="oak.bakery", bio="Fan page") == "unknown"


def test_a_year_of_birth_in_a_user_name_is_no_sign_of_a_bot() -> None:
    assert type_of(username="anna1998", has_name=True) == "person"


@settings(deadline=None)
@given(
    st.text(max_size=40),
    st.text(max_size=200),
    st.lists(st.text(max_size=60), max_size=4),
    st.one_of(st.none(), st.integers(-1, 10**9)),
    st.one_of(st.none(), st.booleans()),
)
def test_the_shares_of_the_types_always_sum_to_one(
    username: str, bio: str, comments: list[str], count: int | None, flag: bool | None
) -> None:
    profile = ProfileEvidence("1", username, bio, bio, tuple(comments), None, "", flag, flag, flag, count, count, count)
    shares = read_profile_type(profile).probabilities
    assert set(shares) == set(PROFILE_TYPES)
    assert abs(sum(shares.values()) - 1) < 1e-9
