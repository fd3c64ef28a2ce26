"""The verdict on a compliment: each reason, its disguises, and what must pass."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aura.providers.writer_ports import Brief, Compliment, Reference
from aura.wording.folding import views
from compliments.guard import REASONS, BriefFacts, check, choose_style
from compliments.prompts import PROMPT
from compliments.tests.attacks import LEET, LOOKALIKES

FACTS = BriefFacts("supportive", "en", "medium", possible_minor=False, pictures=frozenset({1, 2}))
MINOR = replace(FACTS, possible_minor=True)
GOOD = (
    "The golden light makes the whole street feel like a Sunday, and your framing keeps it calm.",
    "I love how the teal of the door answers the warm bricks. What a quiet little story.",
    "Your eye for detail shows in every corner of this kitchen, even in the steam over the cup.",
    "A dress rehearsal of spring: so much green, so little noise, and a path that leads right into it.",
    "The black and white brings out the old town's bones and gives the sky all the drama it needs.",
    "Such a class picture of the class of light that mountains get in October.",
    "Scunthorpe never looked better than in this morning mist.",
)


def reasons(text: str, facts: BriefFacts = FACTS, **more: object) -> tuple[str, ...]:
    values: dict[str, object] = {"tones": {"warm": 100}} | more
    found = check(Compliment(text, **values), facts)  # type: ignore[arg-type]
    assert (found.verdict == "refused") == bool(found.reasons)
    assert set(found.reasons) <= set(REASONS)
    return found.reasons


@pytest.mark.parametrize("text", GOOD)
def test_kind_words_pass(text: str) -> None:
    assert reasons(text) == ()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Das goldene Licht gibt dem Bild eine klare Ordnung, und die Ruhe darin tut gut."),
        ("es", "La luz dorada lleva la mirada justo adonde debe ir, y la calma se queda conmigo."),
        ("fr", "La lumière dorée donne à cette image un calme qui reste longtemps dans la mémoire."),
        ("it", "La luce dorata porta lo sguardo proprio dove deve andare, e la calma resta con me."),
        ("pt", "A luz dourada leva o olhar para onde ele deve ir, e a calma fica comigo."),
        ("ru", "Золотой свет делает эту улицу тихой и тёплой, как воскресенье."),
        ("ja", "金色の光が通り全体を日曜日のように静かに見せています。"),
    ],
)
def test_kind_words_of_other_languages_pass(language: str, text: str) -> None:
    assert reasons(text, replace(FACTS, language=language)) == ()
    if language not in {"ru", "ja"}:
        assert "wrong_language" in reasons(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("What a fucking good light in this picture", "profanity"),
        ("What a f.u.c.k.i.n.g good light", "profanity"),
        ("What a fuuuuuck of a picture", "profanity"),
        ("What a 5h1t picture, what light", "profanity"),
        ("Your legs look great in this light", "body"),
        ("Those beautiful eyes and the light in them", "body"),
        ("You look great for your age in this picture", "protected_trait"),
        ("You are prettier than other girls in this light", "comparison"),
        ("Such light, see lens-offer.com for more", "link"),
        ("Such light, see lens-offer dot com for more", "link"),
        ("Such light, write to me@lens-offer.com", "email"),
        ("Such light, ring +49 170 1234567", "phone"),
        ("Such light, ring five five five one two three four", "phone"),
        ("Such light, says @somebody.else", "mention"),
        ("Such light #buynow", "hashtag"),
        ("Such <b>light</b> in this picture", "markup"),
        ("Such light U3VjaCBsaWdodCBpbiB0aGlzIHBpY3R1cmU in it", "gibberish"),
        ("As an AI language model I like this light", "prompt_echo"),
        ("Such a lovely lіght in this picture", "mixed_script"),
        ("Such a lovely li\u200bght in this picture", "hidden_characters"),
        ("Quelle belle lumière dans cette image, elle reste longtemps dans la mémoire", "wrong_language"),
        ("\u3164", "empty"),
        ("light " * 200, "too_long"),
    ],
)
def test_each_reason_is_found(text: str, code: str) -> None:
    assert code in reasons(text)


def test_minors_are_praised_for_the_picture_alone() -> None:
    for text, code in (
        ("Your smile lights up this picture", "minor_body"),
        ("You look so cute in this light", "minor_body"),
        ("This light feels like a love letter", "minor_romantic"),
        ("My heart skips a beat at this light", "minor_romantic"),
    ):
        assert code in reasons(text, MINOR)
    assert reasons("Your smile lights up this picture") == ()
    assert "minor_romantic" in reasons(GOOD[0], MINOR, tones={"romantic": 10, "warm": 90})
    assert "minor_romantic" in reasons(GOOD[0], replace(MINOR, style="romantic"))
    assert reasons(GOOD[0], MINOR) == ()


def test_a_possible_minor_changes_the_style_and_says_so() -> None:
    assert choose_style("romantic", True) == ("supportive", ("minor_neutral",))
    assert choose_style("witty", True) == ("witty", ("minor_neutral",))
    assert choose_style("romantic", False) == ("romantic", ())


def test_the_authors_handle_and_the_posts_hashtags_lose_their_sign() -> None:
    facts = replace(FACTS, author="anna.b", hashtags=frozenset({"sunset"}))
    found = check(Compliment("What a #sunset, @anna.b, so calm and warm", {"warm": 100}), facts)
    assert (found.verdict, found.text) == ("ok", "What a sunset, anna.b, so calm and warm")


def test_a_name_of_the_caption_may_be_said_and_a_sentence_of_it_not() -> None:
    facts = replace(FACTS, material=("Morning in Lisbon with my grandmother's old bicycle",))
    assert reasons("Morning in Lisbon has seldom looked so calm and so warm.", facts) == ()
    assert "echo" in reasons("So nice: morning in Lisbon with my grandmother and her bicycle", facts)


def test_our_own_instructions_are_not_repeated() -> None:
    orders = PROMPT.system(Brief((), "witty"), 3)
    words = " ".join(orders.split()[10:24])
    assert "prompt_echo" in reasons(words, replace(FACTS, orders=orders))


def test_tones_and_references_are_checked() -> None:
    for tones in ({"warm": 90}, {"warm": 101}, {"rage": 100}, {"warm": 150, "calm": -50}, {}):
        assert "tones" in reasons(GOOD[0], tones=tones)
    references = (Reference(1, "the light"), Reference(7, "the sea"), Reference(0, "coffee"), Reference(2, "fuck"))
    found = check(Compliment(GOOD[0], {"warm": 100}, references), FACTS)
    assert (found.verdict, [one.image for one in found.references]) == ("ok", [1, 0])


def test_look_alikes_are_read_as_they_look() -> None:
    assert "cock" in set(views("соск"))
    assert "sexual" in reasons("соск", replace(FACTS, language="ru"))


def test_minimal_is_short_and_a_refusal_stays_one() -> None:
    assert "too_long" in reasons(GOOD[0], replace(FACTS, style="minimal"))
    assert check(Compliment(GOOD[0], {"warm": 100}, verdict="refused", reasons=("link",)), FACTS).verdict == "refused"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gets_a_verdict_and_the_second_look_agrees(text: str) -> None:
    first = check(Compliment(text, {"warm": 100}), FACTS)
    again = check(replace(first, reasons=(), verdict="ok"), FACTS)
    assert first.verdict == "refused" or again.verdict == "ok"
    assert not any(sign in first.text for sign in "\u200b\u202e\u00ad\n")


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["fuck", "asshole", "bitch", "nigger", "scheisse", "hijo de puta", "vaffanculo", "caralho"]),
    st.sampled_from([str, str.upper, str.title, lambda t: t.translate(LEET), lambda t: t.translate(LOOKALIKES),
                     " ".join, "-".join, "*".join, "\u200b".join, lambda t: "".join(c * 3 for c in t)]),
)  # fmt: skip
def test_no_disguise_hides_a_swear_word(word: str, disguise: object) -> None:
    assert callable(disguise)
    assert reasons(f"What a lovely light, you {disguise(word)}, in this picture")
